package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.cli.session.ChosenTools.Choice;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RepeatedCommandTest {
  private static final Map<String, Choice> TOOLS =
      Map.of(
          "backend", choice("nd4j"),
          "matcher", choice("exact"),
          "solver", choice("openblas"),
          "singularSolver", choice("svd"));

  private static Choice choice(String id) {
    return new Choice(id, "", "", "", "");
  }

  @Test
  void of_noToolNamed_namesThoseThatWereChosen() {
    assertThat(RepeatedCommand.of(List.of("merge", "recipe.yaml"), TOOLS))
        .containsExactly(
            "pleas",
            "merge",
            "recipe.yaml",
            "--backend",
            "nd4j",
            "--matcher",
            "exact",
            "--solver",
            "openblas");
  }

  @Test
  void of_toolsNamedEitherWay_namesNoneTwice() {
    assertThat(
            RepeatedCommand.of(
                List.of("merge", "r.yaml", "--backend", "ejml", "--solver=openblas"), TOOLS))
        .containsExactly(
            "pleas",
            "merge",
            "r.yaml",
            "--backend",
            "ejml",
            "--solver=openblas",
            "--matcher",
            "exact");
  }
}
