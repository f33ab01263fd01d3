package refinery.agent;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The environment of every child process. Of the node's own variables it keeps only PATH; home and
 * temporary files lie in the attempt's scratch directory; and three variables mark the process, so
 * that its descendants can be found later.
 */
record BaseEnvironment(String path, Path nodeDirectory) {
  static final String NODE = "REFINERY_NODE";
  static final String ATTEMPT = "REFINERY_ATTEMPT";
  static final String PROCESS = "REFINERY_PROCESS";

  /**
   * Returns {@code NAME=value} lines.
   *
   * @param attempt {@code job/number}
   * @param process a number that is unique in this life of the node
   * @param added variables of the caller, which override all but the marks
   */
  List<String> variables(Path scratch, String attempt, long process, Map<String, String> added) {
    String home = scratch.toString();
    Map<String, String> variables = new TreeMap<>();
    variables.put("PATH", path);
    variables.put("LANG", "C.UTF-8");
    variables.put("LC_ALL", "C.UTF-8");
    variables.put("HOME", home);
    variables.put("TMPDIR", home);
    variables.put("VDB_CONFIG", home + "/ncbi");
    variables.put("NCBI_SETTINGS", home + "/ncbi/user-settings.mkfg");
    variables.putAll(added);
    variables.put(NODE, nodeDirectory.toString());
    variables.put(ATTEMPT, attempt);
    variables.put(PROCESS, Long.toString(process));
    List<String> lines = new ArrayList<>(variables.size());
    variables.forEach((name, value) -> lines.add(name + "=" + value));
    return lines;
  }
}
