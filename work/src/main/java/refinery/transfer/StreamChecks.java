package refinery.transfer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import refinery.transfer.TransferException.CorruptTransfer;

/**
 * Runs several checks at once, each on a thread of its own, over shared blocks. So the thread that
 * reads the socket neither hashes nor unpacks. The fixed number of blocks bounds memory and slows
 * the reader down when a check is slower than the network. Used by one thread at a time.
 */
final class StreamChecks implements AutoCloseable {
  static final int BLOCK = 1 << 18;
  private static final int BLOCKS = 12;

  private final BlockingQueue<Block> free = new ArrayBlockingQueue<>(BLOCKS);
  private final List<BlockingQueue<Item>> queues = new ArrayList<>();
  private final List<CompletableFuture<Void>> ends = new ArrayList<>();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private int made;
  private boolean ended;

  private sealed interface Item {}

  private enum End implements Item {
    FINISH,
    ABANDON
  }

  /** A buffer that the reader fills and every check then reads. */
  static final class Block implements Item {
    final byte[] bytes = new byte[BLOCK];
    int length;
    private final AtomicInteger users = new AtomicInteger();

    int room() {
      return BLOCK - length;
    }
  }

  StreamChecks(List<? extends StreamCheck> streamChecks, Executor executor) {
    for (StreamCheck streamCheck : streamChecks) {
      BlockingQueue<Item> queue = new LinkedBlockingQueue<>();
      queues.add(queue);
      ends.add(CompletableFuture.runAsync(() -> work(streamCheck, queue), executor));
    }
  }

  /**
   * Returns an empty block; waits until all checks are done with one if there are as many as there
   * may be. A small file needs few.
   */
  Block take() throws InterruptedException {
    Block spare = free.poll();
    if (spare == null && made < BLOCKS) {
      made++;
      return new Block();
    }
    return spare != null ? spare : free.take();
  }

  /** Hands a block to every check; throws if a check has failed by now. */
  void dispatch(Block block) throws CorruptTransfer {
    if (queues.isEmpty() || block.length == 0) {
      release(block);
    } else {
      block.users.set(queues.size());
      queues.forEach(queue -> queue.add(block));
    }
    check();
  }

  /** Waits until every check has seen all bytes; throws if one has failed. */
  void finish() throws CorruptTransfer, InterruptedException {
    end(End.FINISH);
    check();
  }

  @Override
  public void close() {
    try {
      end(End.ABANDON);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void end(End how) throws InterruptedException {
    if (!ended) {
      ended = true;
      queues.forEach(queue -> queue.add(how));
    }
    try {
      CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)).get();
    } catch (java.util.concurrent.ExecutionException impossible) {
      throw new IllegalStateException("a check never throws", impossible);
    }
  }

  private void check() throws CorruptTransfer {
    switch (failure.get()) {
      case null -> {}
      case CorruptTransfer corrupt -> throw new CorruptTransfer(corrupt.getMessage());
      case Throwable other -> throw new IllegalStateException("a check broke down", other);
    }
  }

  /**
   * The work of a check's thread. After a failure it still takes blocks, or the reader would wait
   * for them for ever.
   */
  private void work(StreamCheck streamCheck, BlockingQueue<Item> queue) {
    boolean broken = false;
    try (streamCheck) {
      while (true) {
        switch (queue.take()) {
          case Block block -> {
            broken = broken || !guarded(() -> streamCheck.accept(block.bytes, block.length));
            if (block.users.decrementAndGet() == 0) {
              release(block);
            }
          }
          case End end -> {
            if (end == End.FINISH && !broken) {
              guarded(streamCheck::finish);
            }
            return;
          }
        }
      }
    } catch (InterruptedException interrupted) {
      failure.compareAndSet(null, interrupted);
      Thread.currentThread().interrupt();
    }
  }

  private interface Step {
    void run() throws CorruptTransfer;
  }

  private boolean guarded(Step step) {
    try {
      step.run();
      return true;
    } catch (CorruptTransfer | RuntimeException | Error found) {
      failure.compareAndSet(null, found);
      return false;
    }
  }

  private void release(Block block) {
    block.length = 0;
    free.add(block);
  }
}
