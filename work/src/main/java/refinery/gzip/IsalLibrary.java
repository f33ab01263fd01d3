package refinery.gzip;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.InvocationTargetException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ISA-L's functions {@code isal_inflate_init} and {@code isal_inflate} (igzip_lib.h), called
 * through the foreign-function interface. That interface needs JDK 22 and this code is compiled for
 * 21, so it is reached by reflection, once. Addresses are passed as 64-bit numbers, which every
 * 64-bit calling convention treats like pointers.
 */
record IsalLibrary(MethodHandle init, MethodHandle inflate) {
  private static final Logger LOG = LoggerFactory.getLogger(IsalLibrary.class);
  private static final String NAME = "libisal.so.2";
  private static final int JDK_WITH_FOREIGN_FUNCTIONS = 22;
  private static final String FOREIGN = "java.lang.foreign.";
  private static final int SAMPLE = 200_000;

  private static final Optional<IsalLibrary> LOADED = load();

  /** Empty if the library is missing or does not work, or the JDK is too old. */
  static Optional<IsalLibrary> loaded() {
    return LOADED;
  }

  private static Optional<IsalLibrary> load() {
    if (Runtime.version().feature() < JDK_WITH_FOREIGN_FUNCTIONS
        || !"64".equals(System.getProperty("sun.arch.data.model"))) {
      return Optional.empty();
    }
    try {
      IsalLibrary library =
          new IsalLibrary(function("isal_inflate_init", false), function("isal_inflate", true));
      library.tryOut();
      LOG.info("gzip is unpacked by ISA-L ({})", NAME);
      return Optional.of(library);
    } catch (InvocationTargetException notThere) {
      LOG.debug("gzip is unpacked by the JDK: {}", notThere.getCause().getMessage());
    } catch (ReflectiveOperationException
        | DataFormatException
        | RuntimeException
        | LinkageError unfit) {
      LOG.warn("gzip is unpacked by the JDK, {} does not fit: {}", NAME, unfit.toString());
    }
    return Optional.empty();
  }

  private static MethodHandle function(String name, boolean answers)
      throws ReflectiveOperationException {
    Class<?> arena = Class.forName(FOREIGN + "Arena");
    Class<?> lookup = Class.forName(FOREIGN + "SymbolLookup");
    Class<?> segment = Class.forName(FOREIGN + "MemorySegment");
    Class<?> layout = Class.forName(FOREIGN + "MemoryLayout");
    Class<?> layouts = Class.forName(FOREIGN + "ValueLayout");
    Class<?> descriptor = Class.forName(FOREIGN + "FunctionDescriptor");
    Class<?> linker = Class.forName(FOREIGN + "Linker");
    Class<?> options = Class.forName(FOREIGN + "Linker$Option").arrayType();

    Object forEver = arena.getMethod("global").invoke(null);
    Object library =
        lookup.getMethod("libraryLookup", String.class, arena).invoke(null, NAME, forEver);
    Optional<?> found = (Optional<?>) lookup.getMethod("find", String.class).invoke(library, name);
    Object address = found.orElseThrow(() -> new NoSuchMethodException(name));
    Object state = java.lang.reflect.Array.newInstance(layout, 1);
    java.lang.reflect.Array.set(state, 0, layouts.getField("JAVA_LONG").get(null));
    Object described =
        answers
            ? descriptor
                .getMethod("of", layout, layout.arrayType())
                .invoke(null, layouts.getField("JAVA_INT").get(null), state)
            : descriptor.getMethod("ofVoid", layout.arrayType()).invoke(null, state);
    Object native_ = linker.getMethod("nativeLinker").invoke(null);
    Object none = java.lang.reflect.Array.newInstance(options.componentType(), 0);
    return (MethodHandle)
        linker
            .getMethod("downcallHandle", segment, descriptor, options)
            .invoke(native_, address, described, none);
  }

  /** The address at which a buffer outside the heap begins. */
  static long address(ByteBuffer direct) {
    try {
      Class<?> segment = Class.forName(FOREIGN + "MemorySegment");
      Object whole = segment.getMethod("ofBuffer", Buffer.class).invoke(null, direct);
      return (long) segment.getMethod("address").invoke(whole);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Unpacks a sample and throws if the result is wrong. Another build of the library may lay out
   * its state in another way.
   */
  private void tryOut() throws DataFormatException {
    byte[] content = new byte[SAMPLE];
    for (int index = 0; index < content.length; index++) {
      content[index] = "ACGTN@+\n".getBytes(StandardCharsets.US_ASCII)[(index * index >>> 5) & 7];
    }
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    byte[] packed = new byte[SAMPLE];
    deflater.setInput(content);
    deflater.finish();
    int length = deflater.deflate(packed);
    deflater.end();

    byte[] unpacked = new byte[SAMPLE];
    try (IsalInflation inflation = new IsalInflation(this)) {
      int before = length / 2;
      inflation.input(packed, 0, before);
      int count = all(inflation, unpacked, 0);
      inflation.input(packed, before, length - before + 1);
      count = all(inflation, unpacked, count);
      boolean right =
          count == SAMPLE
              && Arrays.equals(content, unpacked)
              && inflation.finished()
              && inflation.unused() + inflation.lookedAhead().length == 1;
      if (!right) {
        throw new DataFormatException("it unpacks a sample wrongly");
      }
    }
  }

  private static int all(IsalInflation inflation, byte[] into, int from)
      throws DataFormatException {
    byte[] piece = new byte[1 << 14];
    int at = from;
    while (true) {
      int count = inflation.inflate(piece);
      if (count == 0) {
        return at;
      }
      System.arraycopy(piece, 0, into, at, Math.min(count, into.length - at));
      at += Math.min(count, into.length - at);
    }
  }
}
