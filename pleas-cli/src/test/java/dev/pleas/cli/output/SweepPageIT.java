package dev.pleas.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.cli.sweep.SweepDocument;
import dev.pleas.cli.sweep.SweepDocument.Point;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opens pages of sweeps in a browser. */
class SweepPageIT {
  @TempDir Path folder;

  private static Point point(String name, double cost, Map<String, Double> accuracies) {
    double mean = accuracies.values().stream().mapToDouble(a -> a).average().orElseThrow();
    return new Point(name, "1", cost, cost, accuracies, mean, 5, null, null);
  }

  private static SweepDocument sweep(String hostile) {
    return new SweepDocument(
        SweepDocument.FORMAT,
        "network",
        List.of("one " + hostile, "two"),
        List.of(
            point("merged at 1×", 1, Map.of("one " + hostile, 0.81, "two", 0.71)),
            point("merged at 1.5×", 1.5, Map.of("one " + hostile, 0.86, "two", 0.77)),
            new Point("merged at 9×", "9", null, null, Map.of(), null, 5, null, "no " + hostile)),
        List.of(point("a", 1, Map.of("one " + hostile, 0.9)), point("b", 1, Map.of("two", 0.8))),
        point("plain average", 1, Map.of("one " + hostile, 0.11, "two", 0.13)),
        null,
        "refit = " + hostile,
        List.of("a note of " + hostile),
        List.of("pleas", "sweep", hostile),
        SampleReports.full(3).provenance());
  }

  @Test
  void open_severalTasks_drawsALineForEachAndTheMean() throws Exception {
    Chromium chromium = Chromium.required(folder);
    String hostile = "</script><script>missing()</script>&<b>";
    Chromium.Opened opened = chromium.open(SweepPage.render(sweep(hostile)));

    assertThat(opened.console()).isEmpty();
    assertThat(opened.dom().split("<svg", -1)).hasSize(3);
    String picture = opened.dom().substring(opened.dom().indexOf("<svg"));
    // Three curves of two points each, a line for the sources; none for the average, far below.
    assertThat(picture.substring(0, picture.indexOf("</svg>")))
        .contains(">two<", ">mean<", ">sources<")
        .doesNotContain("NaN", ">plain average<", ">ensemble<");
    assertThat(opened.dom())
        .contains("Plain averaging, at 12.0 % in the mean, is far below what the charts show.")
        .contains("merged at 9× failed: no ");
  }

  @Test
  void open_onAPhone_drawsEveryChart() throws Exception {
    Chromium chromium = Chromium.required(folder);
    Chromium.Opened opened = chromium.open(SweepPage.render(sweep("x")), "--window-size=390,844");

    assertThat(opened.console()).isEmpty();
    assertThat(opened.dom().split("<svg", -1)).hasSize(3);
  }
}
