package dev.pleas.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.api.merge.MergeReport.Normalization;
import dev.pleas.api.merge.MergeReport.Spread;
import dev.pleas.cli.config.Json;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReportPageTest {
  private static final Pattern CHART = Pattern.compile("id=\"([a-z0-9-]+)\" data-chart=\"");
  private static final Pattern HEADING = Pattern.compile("<h2>(.*?)</h2>");

  @Test
  void render_everything_hasDataAndATableForEachChart() throws IOException {
    String page = render(SampleReports.full(5));

    List<String> charts = all(CHART, page);
    assertThat(charts)
        .containsExactly(
            "accuracy-0",
            "classes-0",
            "accuracy-1", // 200 classes are in no chart
            "similarity",
            "matrix-before",
            "matrix-after",
            "widths",
            "errors",
            "variance",
            "stages");
    assertThat(data(page).fieldNames()).toIterable().containsExactlyElementsOf(charts);
    for (String chart : charts) {
      String figure = page.substring(page.indexOf("id=\"" + chart + "\""));
      figure = figure.substring(0, figure.indexOf("</figure>"));
      assertThat(figure).as(chart).contains("role=\"img\" aria-label=\"", "<details open>", "<td");
    }
  }

  @Test
  void render_accuracy_comparesOnTheSameImages() throws IOException {
    String page = render(SampleReports.full(3));

    assertThat(data(page).at("/accuracy-0/networks").findValuesAsText("name"))
        .containsExactly("a", "b", "merged");
    assertThat(data(page).at("/accuracy-1/networks").findValuesAsText("name"))
        .containsExactly("a", "merged", "task, all classes", "task, task known");
    assertThat(page).contains("Top-1 accuracy on 1,000 images, with the head a.");
  }

  @Test
  void render_provenance_hasParentsOfParentsAndACommandForAShell() {
    String page = render(SampleReports.full(3));

    assertThat(page)
        .contains("merged by pleas with budget 1.5, from:", "<b>grandfather</b>")
        .contains("&#39;a&#x3D;it&#39;\\&#39;&#39;s here.safetensors&#39;</pre>");
  }

  @Test
  void render_nothingReported_leavesThoseSectionsOut() {
    assertThat(all(HEADING, render(SampleReports.bare())))
        .containsExactly("Time and memory", "Size", "Where it comes from");
    assertThat(all(HEADING, render(SampleReports.full(3))))
        .containsExactly(
            "Notes",
            "Accuracy",
            "Similarity of matched units",
            "Similarity matrix",
            "Width against depth",
            "Least-squares error",
            "Variance at batch normalizations",
            "Time and memory",
            "Size",
            "Where it comes from");
  }

  @Test
  void render_hostileNames_stayText() throws IOException {
    String page = render(SampleReports.hostile());

    assertThat(page).doesNotContain("<script>alert", "<img").contains("&lt;script&gt;alert");
    // The page's own: data, library, charts, shell.
    assertThat(page.split("</script>", -1)).hasSize(5);
    assertThat(data(page).at("/similarity/groups/0").asText()).startsWith("</script><script>");
  }

  @Test
  void render_page_loadsNothing() {
    String page = render(SampleReports.full(3));

    assertThat(page)
        .contains("http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ")
        .doesNotContainPattern("<(link|img|iframe|object|embed|base|form)\\b")
        .doesNotContainPattern("<[^>]*\\b(src|srcset|href|data|poster|action)=")
        .doesNotContainPattern("\\b(fetch|importScripts|import|sendBeacon)\\(")
        .doesNotContain("@import", "XMLHttpRequest", "WebSocket", "EventSource");
    String style = page.substring(page.indexOf("<style>"), page.indexOf("</style>"));
    assertThat(style).doesNotContain("url(");
  }

  @Test
  void collapse_mediansBelowHalfOfWhatUnrelatedUnitsKeep_areNamed() {
    Spread good = Spread.of(0.26);
    Spread bad = Spread.of(0.24);
    assertThat(
            ReportSections.collapse(
                List.of(
                    new Normalization("bn1", 1, bad, good),
                    new Normalization("bn2", 1, good, good)),
                2))
        .containsExactly(
            "With the initial (averaged) weights variance collapses: the median ratio is below"
                + " 25.0 % at 1 of 2 normalizations (bn1).",
            "In the result no variance collapses: every median ratio is at least 25.0 %.");
    assertThat(ReportSections.collapse(List.of(new Normalization("bn1", 1, null, bad)), 2))
        .singleElement()
        .asString()
        .startsWith(
            "In the result variance collapses: the median ratio is below 25.0 % at 1 of 1"
                + " normalizations (bn1). Batch normalization restores the scale there, not the"
                + " signal");
    assertThat(ReportSections.collapse(List.of(new Normalization("bn1", 1, null, bad)), 3))
        .containsExactly(
            "In the result no variance collapses: every median ratio is at least 16.7 %.");
  }

  /** The page without the library's code, which says a lot that the page must not. */
  private static String render(ReportDocument report) {
    String page = ReportPage.render(report);
    String library = ChartPage.resource("echarts.min.js");
    assertThat(page).contains("<script>" + library + "</script>");
    return page.replace(library, "");
  }

  private static JsonNode data(String page) throws IOException {
    String open = "<script type=\"application/json\" id=\"data\">";
    int from = page.indexOf(open) + open.length();
    return Json.mapper().readTree(page.substring(from, page.indexOf("</script>", from)));
  }

  private static List<String> all(Pattern pattern, String page) {
    return pattern.matcher(page).results().map(result -> result.group(1)).toList();
  }
}
