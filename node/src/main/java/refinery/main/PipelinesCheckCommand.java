package refinery.main;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;
import refinery.pipeline.PipelineFault;
import refinery.pipeline.PipelineRegistry;

/** {@code refinery pipelines check}: what a node would say of these files at its start. */
@Command(
    name = "check",
    description = "Check pipelines' files as a node does at its start; needs no node.")
final class PipelinesCheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "As in conf/pipelines/.")
  private List<Path> files = List.of();

  @Override
  public Integer call() {
    List<PipelineFault> faults = PipelineRegistry.check(files);
    if (faults.isEmpty()) {
      PrintWriter out = spec.commandLine().getOut();
      files.forEach(file -> out.println(file + ": good" + reuse(file)));
      return 0;
    }
    PrintWriter err = spec.commandLine().getErr();
    faults.forEach(fault -> err.println(fault.toString().replaceAll("\\p{Cntrl}+", " ")));
    return CommandFailure.USAGE;
  }

  private static String reuse(Path file) {
    List<String> steps = PipelineRegistry.unversioned(file);
    return steps.isEmpty()
        ? ""
        : "; results of its step%s %s are not reused: no tool with a version, no image by digest"
            .formatted(steps.size() == 1 ? "" : "s", String.join(", ", steps))
            .replaceAll("\\p{Cntrl}+", " ");
  }
}
