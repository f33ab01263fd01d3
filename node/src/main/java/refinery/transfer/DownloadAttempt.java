package refinery.transfer;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.agent.Attempt;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Work;
import refinery.transfer.DownloadSteps.Equipment;
import refinery.transfer.DownloadSteps.Known;
import refinery.transfer.DownloadSteps.Ready;
import refinery.transfer.DownloadSteps.Unpacked;
import refinery.transfer.TransferException.BrokenTransfer;
import refinery.transfer.TransferException.StoppedTransfer;

/**
 * The actor of one attempt. It takes the groups of files one after another, and the plans of a
 * group one after another; within a plan it supervises one {@link FileTransfer} per file, at most
 * as many at once as tokens of the archive are reserved. Blocking steps run on a virtual thread,
 * one at a time. The outcome is completed when nothing of the attempt runs any more.
 */
final class DownloadAttempt extends AbstractBehavior<DownloadAttempt.Command> {
  private static final Logger LOG = LoggerFactory.getLogger(DownloadAttempt.class);

  sealed interface Command permits FileTransfer.Delivered, Internal {}

  private sealed interface Internal extends Command {}

  private enum Stop implements Internal {
    STOP
  }

  private record StepDone(Runnable then) implements Internal {}

  private record StepFailed(TransferException problem) implements Internal {}

  /** A transfer in flight. */
  private record Slot(Transfer transfer, String subject, Location location, Instant startedAt) {}

  private final Attempt attempt;
  private final Work.Download work;
  private final Equipment equipment;
  private final DownloadSteps steps;
  private final TransferLog log;
  private final CompletableFuture<Outcome> promise;

  private final List<Plan.Group> groups;
  private int group;
  private int plan;
  private int children;
  private final Map<ActorRef<FileTransfer.Command>, Slot> slots = new HashMap<>();
  private final Deque<Map.Entry<SourceFile, Location>> pending = new ArrayDeque<>();
  private final List<Ready> fetched = new ArrayList<>();

  private final Ledger ledger;
  private Optional<Thread> step = Optional.empty();
  private List<Location> charged = List.of();
  private boolean stopping;
  private boolean ending;

  static Behavior<Command> create(
      Attempt attempt,
      Work.Download work,
      Equipment equipment,
      CompletableFuture<Outcome> promise) {
    return Behaviors.intercept(
        () -> new TellsDefects<>(Command.class, promise),
        Behaviors.setup(
            context -> new DownloadAttempt(context, attempt, work, equipment, promise).begin()));
  }

  private DownloadAttempt(
      ActorContext<Command> context,
      Attempt attempt,
      Work.Download work,
      Equipment equipment,
      CompletableFuture<Outcome> promise) {
    super(context);
    this.attempt = attempt;
    this.work = work;
    this.equipment = equipment;
    this.promise = promise;
    this.log = new TransferLog(attempt.log());
    this.steps = new DownloadSteps(attempt, work, equipment, log);
    this.ledger = new Ledger(work, log);
    this.groups = Plan.groups(work.files());
  }

  private DownloadAttempt begin() {
    attempt.onStop(() -> getContext().getSelf().tell(Stop.STOP));
    try {
      Files.createDirectories(steps.directory());
      nextPlan();
    } catch (IOException unwritable) {
      fail(Problems.disk("for the attempt's scratch directory", unwritable), work.key(), List.of());
    }
    return this;
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(FileTransfer.Delivered.class, this::delivered)
        .onMessage(StepDone.class, this::stepDone)
        .onMessage(StepFailed.class, this::stepFailed)
        .onMessageEquals(Stop.STOP, this::stop)
        .onSignal(ChildFailed.class, this::childFailed)
        .onSignal(PostStop.class, signal -> postStop())
        .build();
  }

  private void nextPlan() {
    if (group == groups.size()) {
      publish();
      return;
    }
    Plan.Group current = groups.get(group);
    if (plan == current.plans().size()) {
      end(ledger.failed());
      return;
    }
    switch (current.plans().get(plan)) {
      case Plan.Direct direct -> {
        pending.addAll(direct.locations().entrySet());
        startTransfers();
      }
      case Plan.Archive archive -> lookUp(archive.location());
    }
  }

  private void startTransfers() {
    while (!pending.isEmpty() && slots.size() < width(pending.peek().getValue())) {
      Map.Entry<SourceFile, Location> next = pending.remove();
      String name = next.getKey().name();
      if (!start(name, next.getValue(), steps.directory().resolve(name))) {
        return;
      }
    }
  }

  private int width(Location location) {
    return Math.max(1, attempt.reserved().tokens().getOrDefault("net:" + location.archive(), 1));
  }

  private boolean start(String subject, Location location, Path target) {
    Transfer transfer;
    try {
      transfer =
          Transfer.of(
              equipment.source(),
              equipment.settings(),
              location,
              new Transfer.Target(target, beginning(subject, location)),
              equipment.executor(),
              new Transfer.Reporter(log, attempt::progressed));
    } catch (TransferException unusable) {
      fail(unusable, subject, List.of(location));
      return false;
    }
    log.line(subject + ": from " + location.archive() + ", " + location.url());
    ActorRef<FileTransfer.Command> child =
        getContext()
            .spawn(
                FileTransfer.create(transfer, equipment.settings(), getContext().getSelf()),
                "file-" + ++children);
    getContext().watch(child);
    slots.put(child, new Slot(transfer, subject, location, Instant.now()));
    return true;
  }

  private OptionalLong beginning(String subject, Location location) {
    return Beginning.of(
        equipment.settings().beginning(), groups.get(group), subject, location, work.metadata());
  }

  private Behavior<Command> delivered(FileTransfer.Delivered message) {
    Optional<Map.Entry<ActorRef<FileTransfer.Command>, Slot>> found =
        slots.entrySet().stream()
            .filter(entry -> entry.getValue().transfer() == message.transfer())
            .findFirst();
    if (found.isEmpty() || stopping || ending) {
      return this;
    }
    getContext().unwatch(found.get().getKey());
    Slot slot = slots.remove(found.get().getKey());
    PartFile.Verified verified = message.verified();
    ledger.record(slot.subject(), slot.location(), slot.startedAt(), verified);
    if (groups.get(group).plans().get(plan) instanceof Plan.Archive) {
      unpack(verified.file(), slot.location());
      return this;
    }
    fetched.add(new Ready(role(slot.subject()), verified, slot.location()));
    startTransfers();
    if (pending.isEmpty() && slots.isEmpty() && !ending && step.isEmpty()) {
      accept(work.metadata());
    }
    return this;
  }

  /** All files of the group are there: do they belong together? */
  private void accept(Map<String, String> metadata) {
    try {
      if (groups.get(group).reads()) {
        ledger.accept(fetched, metadata);
      } else {
        ledger.accept(fetched);
      }
      nextGroup();
    } catch (TransferException wrong) {
      fail(wrong, work.key(), fetched.stream().map(Ready::location).distinct().toList());
    }
  }

  private void nextGroup() {
    fetched.clear();
    group++;
    plan = 0;
    nextPlan();
  }

  private void lookUp(Location location) {
    String run = run();
    run(
        () -> {
          Files.createDirectories(steps.archive(run).getParent());
          return steps.lookUp(location, run);
        },
        known -> () -> fetchArchive(known, run));
  }

  private void fetchArchive(Known known, String run) {
    known.note().ifPresent(ledger::note);
    long disk = equipment.demand().with(groups, group, known.location(), work.metadata());
    if (disk > attempt.reserved().disk()) {
      end(ledger.outgrown(disk, attempt.reserved().disk()));
      return;
    }
    start(run, known.location(), steps.archive(run));
  }

  private void unpack(Path archive, Location location) {
    run(
        () -> steps.unpack(archive),
        unpacked -> () -> unpacked(unpacked, location),
        List.of(location));
  }

  private void unpacked(Unpacked unpacked, Location location) {
    ledger.record(unpacked.steps());
    unpacked.files().forEach(file -> fetched.add(new Ready("reads", file, location)));
    accept(unpacked.metadata());
  }

  private void publish() {
    List<Ready> ready = ledger.ready();
    run(() -> steps.publish(ready), files -> () -> end(ledger.succeeded(files)));
  }

  private Behavior<Command> childFailed(ChildFailed signal) {
    Slot slot = slots.get(signal.getRef().<FileTransfer.Command>unsafeUpcast());
    if (slot == null || stopping || ending) {
      return this;
    }
    TransferException problem =
        signal.getCause() instanceof TransferException typed
            ? typed
            : new BrokenTransfer("a defect in the transfer", signal.getCause());
    logFailure(slot, problem);
    fail(problem, slot.subject(), List.of(slot.location()));
    return this;
  }

  /** What archives do takes one line; only a defect of ours has its stack trace. */
  private void logFailure(Slot slot, TransferException problem) {
    String subject = slot.subject();
    String url = slot.location().url();
    if (problem instanceof BrokenTransfer) {
      LOG.error(
          "{}: {} of {} from {}", attempt.spec().id(), problem.getMessage(), subject, url, problem);
    } else {
      LOG.info("{}: {} from {}: {}", attempt.spec().id(), subject, url, problem.getMessage());
    }
  }

  /** The current plan is lost: on to the next one, unless nothing can help. */
  private void fail(TransferException problem, String subject, List<Location> locations) {
    if (!ledger.charge(problem, subject, locations)) {
      end(ledger.failed());
      return;
    }
    List<Transfer> transfers = stopChildren();
    List<Ready> removed = List.copyOf(fetched);
    fetched.clear();
    run(
        () -> {
          steps.clear(transfers, removed);
          return true;
        },
        cleared ->
            () -> {
              plan++;
              nextPlan();
            });
  }

  private List<Transfer> stopChildren() {
    List<Transfer> transfers = slots.values().stream().map(Slot::transfer).toList();
    for (ActorRef<FileTransfer.Command> child : slots.keySet()) {
      getContext().unwatch(child);
      getContext().stop(child);
    }
    slots.clear();
    pending.clear();
    return transfers;
  }

  private Behavior<Command> stop() {
    if (!stopping && !ending) {
      stopping = true;
      step.ifPresent(Thread::interrupt);
      if (step.isEmpty()) {
        end(ledger.stopped());
      }
    }
    return this;
  }

  private void end(Outcome outcome) {
    ending = true;
    List<Transfer> transfers = stopChildren();
    CompletableFuture<Void> quiet = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                transfers.forEach(Transfer::close);
              } finally {
                quiet.complete(null);
              }
            });
    getContext()
        .pipeToSelf(quiet, (nothing, problem) -> new StepDone(() -> promise.complete(outcome)));
  }

  private <T> void run(Callable<T> blocking, Function<T, Runnable> then) {
    run(blocking, then, List.of());
  }

  /**
   * One blocking step; {@code then} runs in the actor. A failure is charged to {@code locations}.
   */
  private <T> void run(Callable<T> blocking, Function<T, Runnable> then, List<Location> locations) {
    CompletableFuture<T> result = new CompletableFuture<>();
    charged = locations;
    step =
        Optional.of(
            Thread.ofVirtual()
                .name(getContext().getSelf().path().name() + "-step")
                .start(
                    () -> {
                      try {
                        result.complete(blocking.call());
                      } catch (Exception | Error problem) {
                        result.completeExceptionally(problem);
                      }
                    }));
    getContext()
        .pipeToSelf(
            result,
            (value, problem) ->
                switch (problem) {
                  case null -> new StepDone(then.apply(value));
                  case TransferException typed -> new StepFailed(typed);
                  case InterruptedException interrupted -> new StepFailed(new StoppedTransfer());
                  case IOException disk ->
                      new StepFailed(Problems.disk("in the attempt's scratch directory", disk));
                  case Throwable defect -> new StepFailed(new BrokenTransfer("a defect", defect));
                });
  }

  private Behavior<Command> stepDone(StepDone done) {
    step = Optional.empty();
    if (stopping && !ending) {
      end(ledger.stopped());
      return this;
    }
    done.then().run();
    return promise.isDone() ? Behaviors.stopped() : this;
  }

  private Behavior<Command> stepFailed(StepFailed failed) {
    step = Optional.empty();
    if (stopping) {
      end(ledger.stopped());
    } else {
      fail(failed.problem(), work.key(), charged);
    }
    return this;
  }

  /** Also when the node goes down, or a defect ends this actor: nobody waits for ever. */
  private Behavior<Command> postStop() {
    if (!promise.isDone()) {
      LOG.warn("the download attempt of {} was ended from outside", attempt.spec().id());
      step.ifPresent(Thread::interrupt);
      List<Transfer> transfers = stopChildren();
      Thread.ofVirtual()
          .start(
              () -> {
                transfers.forEach(Transfer::close);
                promise.complete(ledger.stopped());
              });
    }
    return this;
  }

  /** The run's accession as the (safe) names of its files have it. */
  private String run() {
    SourceFile file = groups.get(group).files().getFirst();
    if (Content.of(file.format()) == Content.SRA) {
      return file.name().replaceFirst("\\.sra$", "");
    }
    return ReadSet.run(file.name());
  }

  private String role(String name) {
    return work.files().stream()
        .filter(file -> file.name().equals(name))
        .map(SourceFile::format)
        .map(
            format ->
                switch (format) {
                  case "fa.gz", "fasta.gz", "fna.gz" -> "genome";
                  case "gtf.gz", "gff3.gz" -> "annotation";
                  default -> "other";
                })
        .findFirst()
        .orElse("other");
  }
}
