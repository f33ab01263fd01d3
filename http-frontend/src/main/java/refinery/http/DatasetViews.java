package refinery.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import refinery.protocol.Json;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.BatchState;
import refinery.protocol.dataset.DatasetFiles;
import refinery.protocol.dataset.DatasetPlan;
import refinery.protocol.dataset.PlanLine;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.BatchView.ArtifactView;
import refinery.protocol.query.SurveyView;
import refinery.protocol.survey.SurveyState;

/** Datasets as the API shows them: what their plan says, and how their batch stands. Pure. */
final class DatasetViews {
  private DatasetViews() {}

  /** The plan that a batch was made of; empty if it is no dataset. */
  static Optional<DatasetPlan> plan(BatchView batch) {
    String text = batch.keyValues().get(DatasetFiles.PLAN);
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.MAPPER.readValue(text, DatasetPlan.class));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  static ObjectNode of(DatasetPlan plan, BatchView batch) {
    ObjectNode view = planned(plan);
    view.put("state", state(batch.state()));
    view.put("reason", batch.reason().orElse(null));
    ArrayNode files = view.putArray("files");
    files(batch).forEach(file -> files.add(Json.MAPPER.<ObjectNode>valueToTree(file)));
    view.put("batch_id", batch.id().value());
    view.put("survey_id", plan.id().survey().value());
    view.put("crate_href", "/api/v1/batches/" + batch.id() + "/crate");
    view.put("archive_href", "/api/v1/datasets/" + plan.id() + "/archive");
    view.put("created_at", batch.createdAt().toString());
    view.put("updated_at", batch.updatedAt().toString());
    return view;
  }

  /** A dataset whose batch is not there yet. */
  static ObjectNode of(DatasetPlan plan, SurveyView survey) {
    ObjectNode view = planned(plan);
    boolean ended = survey.state() == SurveyState.FAILED || survey.state() == SurveyState.CANCELLED;
    view.put("state", ended ? survey.state().word() : "queued");
    view.put("reason", survey.reason().orElse(null));
    view.putArray("files");
    view.put("batch_id", plan.id().batch().value());
    view.put("survey_id", survey.id().value());
    view.putNull("crate_href");
    view.put("archive_href", "/api/v1/datasets/" + plan.id() + "/archive");
    view.put("created_at", survey.createdAt().toString());
    view.put("updated_at", survey.createdAt().toString());
    return view;
  }

  private static ObjectNode planned(DatasetPlan plan) {
    ObjectNode view = Json.MAPPER.createObjectNode();
    view.put("id", plan.id().value());
    view.put("version", plan.version());
    view.put("base", plan.base().map(id -> id.value()).orElse(null));
    view.putNull("state");
    view.putNull("reason");
    view.set("request", plan.request());
    view.put("pipeline", plan.pipeline());
    view.set("samples", Json.MAPPER.valueToTree(plan.samples()));
    view.set("matrices", Json.MAPPER.valueToTree(plan.matrices()));
    dropped(view, plan.dropped());
    return view;
  }

  static void dropped(ObjectNode view, List<PlanLine.Dropped> dropped) {
    ArrayNode list = view.putArray("dropped");
    for (PlanLine.Dropped each : dropped) {
      list.addObject().put("sample", each.sample()).put("reason", each.reason());
    }
  }

  static List<ArtifactView> files(BatchView batch) {
    return batch.artifacts().stream()
        .filter(artifact -> !artifact.role().equals(Artifact.LOG))
        .toList();
  }

  static String state(BatchState state) {
    return switch (state) {
      case QUEUED, DOWNLOADING, DOWNLOADED, PLANNED -> "queued";
      case PROCESSING, DONE, FAILED, CANCELLED -> state.word();
    };
  }

  /** A line of a plan as an item of a list. */
  static ObjectNode sample(PlanLine line) {
    ObjectNode item = Json.MAPPER.createObjectNode();
    switch (line) {
      case PlanLine.Taken taken -> {
        item.put("sample", taken.sample());
        item.put("batch_id", taken.batch().value());
        item.put("state", "taken");
        item.putNull("reason");
        item.put("matrix", taken.matrix());
        item.put("of_base", taken.kept());
        item.put("quant_sha256", taken.sha256());
        item.set("metadata", Json.MAPPER.valueToTree(taken.columns()));
      }
      case PlanLine.Dropped dropped -> {
        item.put("sample", dropped.sample());
        item.put("batch_id", dropped.batch().map(id -> id.value()).orElse(null));
        item.put("state", "dropped");
        item.put("reason", dropped.reason());
      }
      case PlanLine.Head head -> item.put("sample", "").put("state", "");
    }
    return item;
  }
}
