package refinery.testing;

import java.io.IOException;
import java.util.List;

/** Whether this machine lets a user make the namespaces that a sandbox of tools is made of. */
public final class MachineSandbox {
  private static final List<String> TRIAL =
      List.of(
          ("bwrap --unshare-net --unshare-ipc --unshare-pid --unshare-uts --ro-bind / /"
                  + " --dev /dev --proc /proc -- /bin/true")
              .split(" "));

  private MachineSandbox() {}

  /** Asks bubblewrap itself, so that what the node thinks of it can be judged. */
  public static boolean isAllowed() throws InterruptedException {
    try {
      return new ProcessBuilder(TRIAL)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException notInstalled) {
      return false;
    }
  }
}
