package dev.pleas.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.merge.Progress;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {
  private final StringWriter text = new StringWriter();
  private long now;
  private final Progress progress = new ProgressLines(new PrintWriter(text), () -> now);

  @Test
  void stage_printsItsBeginningSomeProgressAndItsEnd() {
    try (Progress.Stage stage = progress.begin("aligning", 2000)) {
      now += 1_000_000_000L;
      stage.advance(400); // too soon for a line
      now += 4_000_000_000L;
      stage.advance(100); // a quarter in 5 s leaves 15 s
      now += 5_000_000_000L;
      stage.advance(1500); // the end says it
    }
    assertThat(text.toString().lines())
        .containsExactly(
            "aligning ...", "aligning: 25 % (500 of 2,000), 15.0 s left", "aligning: 10.0 s");
  }

  @Test
  void stage_hasNoControlCharacters() {
    try (Progress.Stage stage = progress.begin("aligning", 10)) {
      now += 6_000_000_000L;
      stage.advance(5);
    }
    assertThat(text.toString().replace(System.lineSeparator(), "")).matches("\\P{Cntrl}*");
  }

  @Test
  void live_dependsOnTheTerminal() {
    assertThat(Terminal.live(Map.of(), "true", false)).isTrue();
    assertThat(Terminal.live(Map.of(), "false", true)).isFalse();
    assertThat(Terminal.live(Map.of(), null, true)).isTrue();
    assertThat(Terminal.live(Map.of("TERM", "dumb"), "true", true)).isFalse();
  }

  @Test
  void progress_quiet_saysNothing() {
    assertThat(Terminal.progress(new PrintWriter(text), true)).isSameAs(Progress.NONE);
  }
}
