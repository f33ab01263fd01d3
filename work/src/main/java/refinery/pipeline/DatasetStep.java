package refinery.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import refinery.dataset.DatasetMaker;
import refinery.dataset.StoredBytes;
import refinery.dataset.format.UnsuitableFormat;
import refinery.expression.UnusableInput;
import refinery.memory.HeapRoom;

/**
 * The step {@code dataset}: makes the files of the dataset whose stored plan is {@code plan} in the
 * folder {@code to}, of the quantifications in the table {@code list}. They are read from permanent
 * storage, one at a time.
 */
final class DatasetStep implements Builtin {
  private static final int BATCH = 0;
  private static final int DIGEST = 2;

  @Override
  public boolean readsStorage() {
    return true;
  }

  @Override
  public void run(StepContext context) throws IOException, StepFailure, InterruptedException {
    Path folder = Files.createDirectories(context.path("to"));
    int threads = (int) Math.max(1, context.attempt().reserved().cpu() / 1000);
    StoredBytes stored = context.stored();
    Room room = new Room(context);
    try (InputStream plan = stored.open(context.text("plan"))) {
      DatasetMaker maker =
          new DatasetMaker(plan, stored, folder, threads, () -> RecipeInputs.heed(context), room);
      compare(maker.inputs(), context);
      room.open(maker.heap());
      maker.make();
      context.learned("dataset", maker.plan().id());
      context.learned("samples", maker.plan().samples().taken());
      context.learned("samples_dropped", maker.plan().samples().dropped());
      context.checked(
          "%d samples in %d matrices, %d of them read; %d dropped; files: %s"
              .formatted(
                  maker.plan().samples().taken(),
                  maker.plan().matrices().size(),
                  maker.read(),
                  maker.plan().samples().dropped(),
                  String.join(", ", maker.files().stream().limit(20).toList())));
    } catch (UnusableInput | UnsuitableFormat e) {
      // Not out of memory: the heap of a node does not grow with what a job reserves.
      throw StepFailure.permanent(LastWords.clean(e.getMessage()));
    } finally {
      room.close();
    }
  }

  /** The step's share of the heap. */
  private static final class Room implements DatasetMaker.Room, AutoCloseable {
    private final StepContext context;
    private Optional<HeapRoom.Share> share = Optional.empty();

    Room(StepContext context) {
      this.context = context;
    }

    void open(long bytes) throws IOException, InterruptedException {
      share = Optional.of(HeapRoom.SHARED.take(bytes, () -> Streams.heed(context.attempt())));
    }

    @Override
    public long limit() {
      return HeapRoom.limit(Runtime.getRuntime().maxMemory());
    }

    @Override
    public void with(long bytes, HeapRoom.Work work) throws IOException, InterruptedException {
      share.orElseThrow().with(bytes, work);
    }

    @Override
    public void close() {
      share.ifPresent(HeapRoom.Share::close);
    }
  }

  /** The set's outputs must be those that the plan names: its id stands for their digests. */
  private static void compare(Map<String, String> planned, StepContext context)
      throws IOException, StepFailure {
    int found = 0;
    try (Lines lines = new Lines(Streams.raw(context.path("list"), context.attempt()))) {
      if (!SetInputs.HEADER.equals(lines.next())) {
        throw StepFailure.permanent("the list of inputs has no header");
      }
      for (String line = lines.next(); line != null; line = lines.next()) {
        String[] columns = line.split("\t", -1);
        if (!columns[DIGEST].equals(planned.get(columns[BATCH]))) {
          throw StepFailure.permanent(
              columns[BATCH]
                  + " was refined again after the dataset was planned: post the request again");
        }
        found++;
      }
    }
    if (found != planned.size()) {
      throw StepFailure.permanent(
          "%d inputs instead of the %d that the plan names".formatted(found, planned.size()));
    }
  }
}
