package dev.pleas.cli.output;

import com.samskivert.mustache.Mustache;
import dev.pleas.cli.config.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A page with charts that needs nothing but itself: style, charting library and data are in it, and
 * its content security policy forbids to load anything. A page named {@code report} has its
 * contents in {@code report.mustache} and draws its charts with {@code report.js}.
 */
final class ChartPage {
  /** Unpacked from its jar by the build. */
  private static final String LIBRARY = "echarts.min.js";

  private ChartPage() {}

  /**
   * Renders a page.
   *
   * @param name the page's templates
   * @param title what the browser calls it
   * @param view what the template uses, besides {@code sections}
   * @param sections the parts with charts
   */
  static String render(
      String name, String title, Map<String, Object> view, List<Section> sections) {
    Map<String, Object> data = new LinkedHashMap<>();
    for (Section section : sections) {
      section.figures().forEach(figure -> data.put(figure.id(), figure.data()));
    }
    Map<String, Object> page = new LinkedHashMap<>(view);
    page.put("title", title);
    page.put("sections", sections);
    page.put("style", resource("page.css"));
    page.put("shell", resource("page.js"));
    page.put("charts", resource(name + ".js"));
    page.put("echarts", resource(LIBRARY));
    page.put("data", script(Json.writeCompact(data)));
    return Mustache.compiler()
        .withLoader(partial -> reader((partial.equals("content") ? name : partial) + ".mustache"))
        .compile(reader("page.mustache"))
        .execute(page);
  }

  /** JSON that no HTML parser takes for the end of the script that it stands in. */
  private static String script(String json) {
    return json.replace("<", "\\u003c");
  }

  private static Reader reader(String file) {
    return new StringReader(resource(file));
  }

  static String resource(String file) {
    try (InputStream in = Objects.requireNonNull(ChartPage.class.getResourceAsStream(file), file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
