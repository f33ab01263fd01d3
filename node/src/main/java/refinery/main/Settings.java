package refinery.main;

import com.typesafe.config.Config;
import java.util.Optional;
import java.util.OptionalLong;
import refinery.agent.AgentConfig;
import refinery.archive.ArchivesConfig;
import refinery.archive.SourceProvider;
import refinery.audit.AuditConfig;
import refinery.cluster.DiscoveryConfig;
import refinery.cluster.PresenceConfig;
import refinery.cluster.RejoinConfig;
import refinery.foreman.ForemanConfig;
import refinery.http.HttpConfig;
import refinery.http.forecast.Prices;
import refinery.job.RetryPolicy;
import refinery.learning.LearningConfig;
import refinery.metadata.Harmonisation;
import refinery.metadata.HarmonisationFile;
import refinery.notifications.NotificationsConfig;
import refinery.pipeline.PipelineRegistry;
import refinery.pipeline.ReferenceCache;
import refinery.readiness.ReadinessConfig;
import refinery.scheduling.SchedulingConfig;
import refinery.storage.StorageConfig;
import refinery.transfer.DiskDemand;
import refinery.transfer.TransferSettings;

/** Every component's settings, read and validated before anything is started. */
record Settings(
    ArchivesConfig archives,
    TransferSettings transfer,
    DiskDemand demand,
    RetryPolicy retry,
    LearningConfig learning,
    StorageConfig storage,
    SchedulingConfig scheduling,
    ForemanConfig foreman,
    NotificationsConfig notifications,
    AgentConfig agent,
    HttpConfig http,
    AuditConfig audit,
    TracingConfig tracing,
    HttpTls tls,
    Optional<Prices> prices,
    ReadinessConfig readiness,
    PresenceConfig presence,
    RejoinConfig rejoin,
    DiscoveryConfig discovery,
    boolean commands,
    PipelineRegistry pipelines,
    Harmonisation harmonisation,
    OptionalLong references) {

  static Settings from(Config config) {
    HttpConfig http = HttpConfig.from(config);
    http.at(config.getString("akka.management.http.hostname"), "akka.management.http.hostname");
    SourceProvider.all().forEach(source -> source.check(config));
    return new Settings(
        ArchivesConfig.from(config),
        TransferSettings.from(config),
        DiskDemand.from(config),
        RetryPolicy.from(config.getConfig("refinery")),
        LearningConfig.from(config.getConfig("refinery")),
        StorageConfig.from(config),
        SchedulingConfig.from(config.getConfig("refinery")),
        ForemanConfig.from(config.getConfig("refinery")),
        NotificationsConfig.from(config.getConfig("refinery")),
        AgentConfig.from(config),
        http,
        AuditConfig.from(config),
        TracingConfig.from(config),
        HttpTls.from(config),
        Prices.from(config),
        ReadinessConfig.from(config),
        PresenceConfig.from(config),
        RejoinConfig.from(config),
        DiscoveryConfig.from(config),
        config.getBoolean("refinery.commands.enabled"),
        PipelineRegistry.from(config),
        HarmonisationFile.load(),
        ReferenceCache.limit(config));
  }
}
