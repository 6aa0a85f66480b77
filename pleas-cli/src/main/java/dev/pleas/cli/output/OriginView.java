package dev.pleas.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.cli.merge.Provenance;
import dev.pleas.cli.terminal.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the partial {@code origin} of a page tells: where the networks come from. */
final class OriginView {
  private static final Pattern PLAIN_WORD = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

  private OriginView() {}

  /**
   * Adds what the partial uses.
   *
   * @param what the command does, in a word
   * @param command the words of the command line that repeats it
   */
  static void put(Map<String, Object> view, String what, List<String> command, Provenance origin) {
    view.put("what", what);
    view.put("command", shell(command));
    view.put("hasCommand", !command.isEmpty());
    view.put("sources", origin.sources().stream().map(OriginView::source).toList());
    view.put("settings", settings(origin));
    view.put("tools", tools(origin));
    view.put("pleas", origin.pleas());
    view.put("java", origin.environment().java());
    view.put("os", origin.environment().os());
    view.put("processors", origin.environment().processors());
  }

  /** A network and, if it was merged itself, what it was merged from. */
  private static Map<String, Object> source(Provenance.Source source) {
    JsonNode origin = source.provenance();
    return source(
        source.name(),
        source.file() + ", " + source.architecture() + ", " + Quantity.bytes(source.bytes()),
        source.sha256(),
        origin);
  }

  private static Map<String, Object> source(
      String name, String file, String sha256, @Nullable JsonNode origin) {
    List<Map<String, Object>> parents = new ArrayList<>();
    String how = "";
    if (origin != null) {
      for (JsonNode parent : origin.path("sources")) {
        parents.add(
            source(
                parent.path("name").asText(),
                parent.path("file").asText()
                    + ", "
                    + parent.path("architecture").asText()
                    + ", "
                    + Quantity.bytes(parent.path("bytes").asLong()),
                parent.path("sha256").asText(),
                parent.get("provenance")));
      }
      how = "merged by " + origin.at("/method/id").asText() + how(origin.path("settings")) + ":";
    }
    return Map.of("name", name, "file", file, "sha256", sha256, "how", how, "parents", parents);
  }

  private static String how(JsonNode settings) {
    JsonNode budget = settings.get("budget");
    return budget == null ? ", from" : " with budget " + budget.asText() + ", from";
  }

  private static Table settings(Provenance origin) {
    Table table = new Table("Setting", "Value");
    origin.settings().forEach(table::row);
    table.row("seed", origin.seed());
    Provenance.Calibration calibration = origin.calibration();
    if (calibration != null) {
      table.row(
          "calibration data",
          calibration.data() + ", " + Quantity.count(calibration.samples()) + " samples");
      if (calibration.sha256() != null) {
        table.row("their SHA-256", calibration.sha256());
      }
    }
    Provenance.Statistics statistics = origin.statistics();
    if (statistics != null) {
      table.row(
          "statistics",
          statistics.file() + ", of " + Quantity.count(statistics.samples()) + " samples");
      table.row("their SHA-256", statistics.sha256());
    }
    return table;
  }

  private static Table tools(Provenance origin) {
    Table table = new Table("Tool", "Id", "What it is", "From", "Why");
    table.row(
        "method",
        origin.method().id(),
        origin.method().description(),
        origin.method().origin() + " " + origin.method().version(),
        origin.method().reason());
    origin
        .tools()
        .forEach(
            (kind, tool) ->
                table.row(
                    Quantity.words(kind),
                    tool.id(),
                    tool.description(),
                    tool.origin() + " " + tool.version(),
                    tool.reason()));
    return table;
  }

  /** The words of a command as a POSIX shell reads them. */
  static String shell(List<String> words) {
    return words.stream()
        .map(
            word ->
                PLAIN_WORD.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }
}
