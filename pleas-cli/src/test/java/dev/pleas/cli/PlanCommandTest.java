package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanCommandTest {
  @TempDir private Path folder;

  @Test
  void plan_networksOfOtherWidths_areRefusedAsByMerge() {
    Path a = Tiny.network(folder.resolve("a.safetensors"), 1, 1, 3);
    Path b = Tiny.network(folder.resolve("b.safetensors"), 2, 1, 3, 7);

    Run plan = Run.pleas("plan", "-m", a, "-m", b, "--no-time");

    assertThat(plan.code()).isEqualTo(1);
    assertThat(plan.lastError())
        .contains("layer2.0.conv1.weight: a has [6, 4, 3, 3], b has [7, 4, 3, 3]")
        .contains("merge networks of one architecture");
  }

  @Test
  void plan_badRecipeOrSetting_isRefusedAsByMerge() throws IOException {
    Path recipe = folder.resolve("recipe.yaml");
    Files.writeString(recipe, "modles: []\n");
    Path a = Tiny.network(folder.resolve("a.safetensors"), 1, 1, 3);

    assertThat(Run.pleas("plan", recipe).lastError()).contains("line 1: unknown key modles");
    assertThat(Run.pleas("plan", "-m", a, "-m", a, "--budget", "2.5").lastError())
        .contains("budget: expected a number from 1 to 2, found \"2.5\"");
    assertThat(Run.pleas("plan", "-m", a, "-m", a, "--set", "ridge=-1").lastError())
        .contains("ridge: expected");
    assertThat(Run.pleas("plan", "-m", a).lastError()).contains("two networks or more, found 1");
    assertThat(Run.pleas("plan").err()).contains("nothing to merge: name a recipe");
  }

  @Test
  void plan_threeNetworks_mayBeThreeTimesAsLarge() {
    Path a = Tiny.network(folder.resolve("a.safetensors"), 1, 1, 3);

    Run run = Run.pleas("plan", "-m", a, "-m", a, "-m", a, "--budget", "3", "--no-time");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).containsPattern("conv1 +4 +0 +4 +12").containsPattern("FLOPs .* 3.00×");
  }
}
