package refinery.http;

import akka.actor.typed.ActorRef;
import java.util.Optional;
import refinery.http.forecast.Prices;
import refinery.protocol.catalog.Catalog;
import refinery.protocol.dataset.DatasetAccess;
import refinery.protocol.foreman.ForemanCommand;
import refinery.protocol.notifications.NotifierCommand;
import refinery.protocol.query.ArtifactBytes;
import refinery.protocol.query.ReadModel;
import refinery.protocol.scheduling.SchedulerCommand;

/**
 * Everything that the frontend uses, provided by the node. All of it is thread-safe.
 *
 * @param commands whether commands of callers are run, {@code refinery.commands.enabled}
 */
public record FrontendServices(
    ReadModel readModel,
    ArtifactBytes artifactBytes,
    Catalog catalog,
    DatasetAccess datasets,
    EntityGateway entities,
    ActorRef<SchedulerCommand> scheduler,
    ActorRef<ForemanCommand> foreman,
    ActorRef<NotifierCommand> notifier,
    AgentDirectory agents,
    ClusterDirectory cluster,
    Credentials credentials,
    boolean commands,
    AuditTrail audit,
    Obstacles obstacles,
    Optional<Prices> prices,
    String version) {}
