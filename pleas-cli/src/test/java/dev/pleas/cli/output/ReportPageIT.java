package dev.pleas.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opens reports in a browser. */
class ReportPageIT {
  private static final Pattern CHART =
      Pattern.compile("id=\"([a-z0-9-]+)\" data-chart=.*?</figure>", Pattern.DOTALL);
  private static final Pattern MARK = Pattern.compile("<(path|rect|circle)\\b");

  @TempDir Path folder;
  private Chromium chromium;

  @BeforeEach
  void findBrowser() {
    chromium = Chromium.required(folder);
  }

  @Test
  void open_everything_drawsEveryChartAndFoldsItsTable() throws Exception {
    String page = ReportPage.render(SampleReports.full(60));
    Map<String, Integer> marks = marks(page, chromium.open(page));

    assertThat(marks).hasSize(10).allSatisfy((chart, count) -> assertThat(count).isPositive());
    // A box for each group before (but one that has a mean only) and after.
    assertThat(marks.get("similarity")).isGreaterThanOrEqualTo(2 * 60);
    assertThat(marks.get("variance")).isGreaterThanOrEqualTo(2 * 60);
    assertThat(marks.get("matrix-after")).isGreaterThanOrEqualTo(12 * 12);
    assertThat(marks.get("accuracy-0")).isGreaterThanOrEqualTo(3);
  }

  @Test
  void open_onAPhone_drawsEveryChart() throws Exception {
    String page = ReportPage.render(SampleReports.full(60));

    assertThat(marks(page, chromium.open(page, "--window-size=390,844"))).hasSize(10);
  }

  @Test
  void open_inTheDark_drawsInTheColoursOfTheDark() throws Exception {
    String page = ReportPage.render(SampleReports.full(3));
    String light = chromium.open(page, "--blink-settings=preferredColorScheme=1").dom();
    Chromium.Opened dark = chromium.open(page, "--blink-settings=preferredColorScheme=0");

    assertThat(marks(page, dark)).hasSize(10);
    assertThat(light).contains("fill=\"#0072b2\"").doesNotContain("fill=\"#56b4e9\"");
    assertThat(dark.dom()).contains("fill=\"#56b4e9\"").doesNotContain("fill=\"#0072b2\"");
  }

  @Test
  void open_hostileNames_runsNothingOfThem() throws Exception {
    String page = ReportPage.render(SampleReports.hostile());

    assertThat(marks(page, chromium.open(page))).hasSize(10);
  }

  @Test
  void open_nothingReported_isAPageWithoutErrors() throws Exception {
    String page = ReportPage.render(SampleReports.bare());

    assertThat(marks(page, chromium.open(page))).containsOnlyKeys("stages");
  }

  /** If this fails, the other tests would not notice a page that loads something. */
  @Test
  void open_pageThatLoadsSomething_isNoticed() throws Exception {
    String page =
        ReportPage.render(SampleReports.bare())
            .replace(
                "</main>",
                "<img src=\"https://example.org/a.png\"><script>fetch('https://example.org/b');"
                    + " missing();</script></main>");

    assertThat(chromium.open(page).console())
        .anyMatch(line -> line.contains("https://example.org/a.png"))
        .anyMatch(line -> line.contains("https://example.org/b"))
        .anyMatch(line -> line.contains("missing is not defined"));
  }

  /** Marks in each chart's picture, after checking what holds for every page. */
  private static Map<String, Integer> marks(String page, Chromium.Opened opened)
      throws IOException {
    // The policy of the page forbids to load anything, and the browser tells what it refused.
    assertThat(opened.console()).isEmpty();
    Map<String, Integer> marks = new LinkedHashMap<>();
    for (MatchResult chart : CHART.matcher(opened.dom()).results().toList()) {
      String figure = chart.group();
      int from = figure.indexOf("<svg");
      assertThat(from).as("picture of " + chart.group(1)).isNotNegative();
      String picture = figure.substring(from, figure.indexOf("</svg>"));
      marks.put(chart.group(1), (int) MARK.matcher(picture).results().count());
      assertThat(figure).as(chart.group(1)).contains("<details>").doesNotContain("NaN");
    }
    assertThat(page.split(" data-chart=\"", -1)).hasSize(marks.size() + 1);
    return marks;
  }
}
