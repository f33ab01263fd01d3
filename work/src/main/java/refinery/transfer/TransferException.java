package refinery.transfer;

import refinery.protocol.FailureClass;

/**
 * Why a location did not deliver a file. The type decides what happens next: only after a {@link
 * TransientTransfer} the transfer is started again.
 */
abstract sealed class TransferException extends Exception {
  private static final long serialVersionUID = 1L;
  private final FailureClass failureClass;

  private TransferException(FailureClass failureClass, String message, Throwable cause) {
    super(message, cause);
    this.failureClass = failureClass;
  }

  FailureClass failureClass() {
    return failureClass;
  }

  /** The location did not answer, or broke off: the same request may succeed later. */
  static final class TransientTransfer extends TransferException {
    private static final long serialVersionUID = 1L;

    TransientTransfer(String message, Throwable cause) {
      super(FailureClass.TRANSIENT, message, cause);
    }

    TransientTransfer(String message) {
      this(message, null);
    }
  }

  /** Transient, but trying again at this location does not help now: the next one is tried. */
  static final class ExhaustedTransfer extends TransferException {
    private static final long serialVersionUID = 1L;

    ExhaustedTransfer(String message) {
      super(FailureClass.TRANSIENT, message, null);
    }
  }

  /** The location serves something else than the file. */
  static final class CorruptTransfer extends TransferException {
    private static final long serialVersionUID = 1L;

    CorruptTransfer(String message) {
      super(FailureClass.CORRUPT, message, null);
    }
  }

  /** The location says that it has no such file, or that we may not have it. */
  static final class AbsentTransfer extends TransferException {
    private static final long serialVersionUID = 1L;

    AbsentTransfer(String message) {
      super(FailureClass.ABSENT, message, null);
    }
  }

  /** The configuration does not allow this location. */
  static final class RefusedTransfer extends TransferException {
    private static final long serialVersionUID = 1L;

    RefusedTransfer(String message) {
      super(FailureClass.PERMANENT, message, null);
    }
  }

  /** The data volume is full. No other location helps. */
  static final class OutOfDiskTransfer extends TransferException {
    private static final long serialVersionUID = 1L;

    OutOfDiskTransfer(String message, Throwable cause) {
      super(FailureClass.OUT_OF_DISK, message, cause);
    }
  }

  /** The attempt was told to stop. */
  static final class StoppedTransfer extends TransferException {
    private static final long serialVersionUID = 1L;

    StoppedTransfer() {
      super(FailureClass.NODE_LOST, "the attempt was told to stop", null);
    }
  }

  /** Any other failure, such as that of a tool or the local disk. */
  static final class BrokenTransfer extends TransferException {
    private static final long serialVersionUID = 1L;

    BrokenTransfer(FailureClass failureClass, String message) {
      super(failureClass, message, null);
    }

    BrokenTransfer(String message, Throwable cause) {
      super(FailureClass.PERMANENT, message, cause);
    }
  }
}
