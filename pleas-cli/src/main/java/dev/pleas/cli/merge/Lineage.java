package dev.pleas.cli.merge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.cli.config.Json;
import org.jspecify.annotations.Nullable;

/** What merged networks were merged from, and these in turn, for people. */
public final class Lineage {
  /** As many digits of a hash as tell files apart. */
  private static final int DIGITS = 12;

  private Lineage() {}

  /**
   * Returns the provenance that a merge has written into a checkpoint.
   *
   * @return null if there is none
   * @throws CheckpointException if it is damaged
   */
  public static @Nullable JsonNode read(Checkpoint checkpoint) {
    @Nullable String text = checkpoint.metadata().get(Provenance.KEY);
    try {
      return text == null ? null : Json.mapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          checkpoint.path()
              + ": its metadata "
              + Provenance.KEY
              + " is damaged: "
              + e.getOriginalMessage(),
          e);
    }
  }

  /** Returns the sources, one a line, with the sources of each below it. */
  public static String text(JsonNode provenance) {
    StringBuilder text = new StringBuilder();
    text.append("merged by     ").append(how(provenance)).append(", from\n");
    append(provenance, "  ", text);
    return text.toString();
  }

  private static void append(JsonNode provenance, String indent, StringBuilder text) {
    for (JsonNode source : provenance.path("sources")) {
      JsonNode own = source.path("provenance");
      String sha256 = source.path("sha256").asText();
      text.append(indent)
          .append(source.path("name").asText())
          .append(" = ")
          .append(source.path("file").asText())
          .append(" (sha256 ")
          .append(sha256, 0, Math.min(DIGITS, sha256.length()))
          .append("…)")
          .append(own.has("sources") ? ", merged by " + how(own) + ", from" : "")
          .append('\n');
      append(own, indent + "  ", text);
    }
  }

  private static String how(JsonNode provenance) {
    JsonNode budget = provenance.at("/settings/budget");
    return provenance.at("/method/id").asText()
        + (budget.isMissingNode() ? "" : " at " + budget.asText() + "×");
  }
}
