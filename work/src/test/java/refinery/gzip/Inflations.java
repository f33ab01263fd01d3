package refinery.gzip;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The ways of unpacking that this machine has, for tests of other packages. */
public final class Inflations {
  private Inflations() {}

  public static List<Supplier<Inflation>> all() {
    List<Supplier<Inflation>> all = new ArrayList<>(List.of(ZlibInflation::new));
    IsalLibrary.loaded().ifPresent(library -> all.add(() -> new IsalInflation(library)));
    return all;
  }

  public static Inflation zlib() {
    return new ZlibInflation();
  }
}
