package refinery.gzip;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.zip.DataFormatException;

/**
 * Unpacks with Intel's ISA-L, about three times as fast as zlib. The constants are offsets into its
 * {@code struct inflate_state} (igzip_lib.h); only its first fields and the state of the block are
 * used. The format is raw deflate ({@code crc_flag} 0).
 */
final class IsalInflation implements Inflation {
  private static final int STATE = 1 << 17;
  private static final int NEXT_OUT = 0;
  private static final int AVAILABLE_OUT = 8;
  private static final int NEXT_IN = 16;
  private static final int READ_IN = 24;
  private static final int AVAILABLE_IN = 32;
  private static final int READ_IN_BITS = 36;
  private static final int BLOCK_STATE = 21_160;
  private static final int BLOCK_FINISHED = 5;
  private static final int PIECE = 1 << 16;

  /** Memory of closed streams, used again because the collector would free it late. */
  private static final BlockingQueue<Memory> SPARE = new ArrayBlockingQueue<>(16);

  private record Part(ByteBuffer bytes, long address) {
    static Part of(int size) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
      return new Part(bytes, IsalLibrary.address(bytes));
    }
  }

  private record Memory(Part state, Part in, Part out) {
    static Memory take() {
      Memory spare = SPARE.poll();
      return spare != null ? spare : new Memory(Part.of(STATE), Part.of(PIECE), Part.of(PIECE));
    }
  }

  private final IsalLibrary library;
  private final Memory memory = Memory.take();
  private final ByteBuffer state = memory.state().bytes();
  private byte[] input = {};
  private int at;
  private int end;
  private long written;
  private boolean finished;
  private boolean outWasFull;
  private boolean closed;

  IsalInflation(IsalLibrary library) {
    this.library = library;
    reset();
  }

  @Override
  public void input(byte[] bytes, int from, int length) {
    input = bytes;
    at = from;
    end = from + length;
  }

  @Override
  public int inflate(byte[] into) throws DataFormatException {
    int count = 0;
    while (count == 0 && !finished && !needsInput()) {
      count = piece(into);
    }
    return count;
  }

  private int piece(byte[] into) throws DataFormatException {
    if (state.getInt(AVAILABLE_IN) == 0 && at < end) {
      int taken = Math.min(PIECE, end - at);
      memory.in().bytes().put(0, input, at, taken);
      at += taken;
      state.putLong(NEXT_IN, memory.in().address());
      state.putInt(AVAILABLE_IN, taken);
    }
    int room = Math.min(PIECE, into.length);
    state.putLong(NEXT_OUT, memory.out().address());
    state.putInt(AVAILABLE_OUT, room);
    int answer = call();
    if (answer != 0) {
      throw new DataFormatException(
          switch (answer) {
            case -1 -> "invalid block";
            case -2 -> "invalid symbol";
            case -3 -> "invalid distance";
            default -> "error " + answer;
          });
    }
    int count = room - state.getInt(AVAILABLE_OUT);
    memory.out().bytes().get(0, into, 0, count);
    outWasFull = count == room;
    written += count;
    finished = state.getInt(BLOCK_STATE) == BLOCK_FINISHED;
    return count;
  }

  private int call() {
    try {
      return (int) library.inflate().invokeExact(memory.state().address());
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean needsInput() {
    return !finished && !outWasFull && at == end && state.getInt(AVAILABLE_IN) == 0;
  }

  @Override
  public boolean finished() {
    return finished;
  }

  @Override
  public int unused() {
    return end - at + state.getInt(AVAILABLE_IN);
  }

  @Override
  public byte[] lookedAhead() {
    int bits = state.getInt(READ_IN_BITS);
    long bytes = state.getLong(READ_IN) >>> (bits % 8);
    byte[] ahead = new byte[bits / 8];
    for (int index = 0; index < ahead.length; index++) {
      ahead[index] = (byte) (bytes >>> (8 * index));
    }
    return ahead;
  }

  @Override
  public long written() {
    return written;
  }

  @Override
  public void reset() {
    try {
      library.init().invokeExact(memory.state().address());
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    written = 0;
    finished = false;
    outWasFull = false;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      at = end;
      SPARE.offer(memory);
    }
  }
}
