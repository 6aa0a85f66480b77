package dev.pleas.cli.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.cli.merge.EvaluationPlan;
import dev.pleas.cli.merge.MergePlan;
import dev.pleas.cli.merge.NamedPath;
import dev.pleas.models.data.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergeSettingsTest {
  private static final String FULL =
      """
      models:
        - {name: a, path: nets/a.safetensors}
        - {name: b, path: /abs/b.safetensors}
      method: average
      parameters: {budget: 1.2, heads: shared, check-symmetry: true}
      calibration: {data: calib.gz, mean: [0.2860], std: [0.3530], samples: 1000}
      evaluation:
        - {name: all, data: test.gz}
        - {data: test.gz, classes: [0, 1, 2], head: a, mean: [0.5], labels: l.gz}
      seed: 7
      output: merged
      """;

  @TempDir Path folder;

  @Test
  void read_fullRecipe_givesThePlan() throws IOException {
    MergeSettings settings = MergeSettings.read(recipe(FULL));
    MergePlan plan = settings.plan();
    assertThat(plan.models())
        .containsExactly(
            new NamedPath("a", folder.resolve("nets/a.safetensors")),
            new NamedPath("b", Path.of("/abs/b.safetensors")));
    assertThat(plan.method()).isEqualTo("average");
    assertThat(plan.parameters())
        .isEqualTo(Map.of("budget", "1.2", "heads", "shared", "check-symmetry", "true"));
    assertThat(plan.calibration().path()).isEqualTo(folder.resolve("calib.gz"));
    assertThat(plan.calibration().limit()).isEqualTo(1000);
    assertThat(plan.calibration().preprocessing())
        .isEqualTo(new Preprocessing(List.of(0.286f), List.of(0.353f), 0, 0, 0));
    assertThat(plan.seed()).isEqualTo(7);
    assertThat(settings.output()).isEqualTo(folder.resolve("merged"));
  }

  @Test
  void read_evaluation_takesMeanAndStdFromCalibrationUnlessItHasItsOwn() throws IOException {
    List<EvaluationPlan> evaluations = MergeSettings.read(recipe(FULL)).plan().evaluations();
    assertThat(evaluations.get(0).data().preprocessing().mean()).containsExactly(0.286f);
    assertThat(evaluations.get(0).data().limit()).as("samples are calibration's own").isZero();
    assertThat(evaluations.get(0).head()).isNull();
    assertThat(evaluations.get(1).name()).isEqualTo("test.gz");
    assertThat(evaluations.get(1).data().preprocessing().mean()).containsExactly(0.5f);
    assertThat(evaluations.get(1).data().preprocessing().std()).containsExactly(0.353f);
    assertThat(evaluations.get(1).data().classes()).containsExactly(0, 1, 2);
    assertThat(evaluations.get(1).data().labels()).isEqualTo(folder.resolve("l.gz"));
    assertThat(evaluations.get(1).head()).isEqualTo("a");
  }

  @Test
  void read_labels_areAMapOrItsFile() throws IOException {
    Map<String, List<String>> map = Map.of("a", List.of("x", "1"), "b", List.of("y"));
    Path inline = recipe("labels: {a: [x, 1], b: [y]}");
    assertThat(MergeSettings.read(inline).plan().labels().classes()).isEqualTo(map);
    Files.writeString(folder.resolve("l.json"), "{\"a\": [\"x\", \"1\"], \"b\": [\"y\"]}");
    Path named = recipe("labels: l.json");
    assertThat(MergeSettings.read(named).plan().labels().classes()).isEqualTo(map);
    assertThat(MergeSettings.read(recipe("seed: 1")).plan().labels()).isNull();
    Path missing = recipe("labels: none.json");
    assertThatThrownBy(() -> MergeSettings.read(missing))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("label map " + folder.resolve("none.json") + ": there is no such file");
  }

  @Test
  void read_jointEvaluation_hasNoHead() throws IOException {
    Path file = recipe("evaluation: [{data: t.gz, joint: true, data-classes: [x, 2]}]");
    EvaluationPlan evaluation = MergeSettings.read(file).plan().evaluations().get(0);
    assertThat(evaluation.joint()).isTrue();
    assertThat(evaluation.dataClasses()).containsExactly("x", "2");
    assertThat(evaluation.head()).isNull();
  }

  @Test
  void over_flags_win() throws IOException {
    MergeSettings flags =
        new MergeSettings(
            List.of(new NamedPath("", Path.of("x.safetensors")), new NamedPath("", Path.of("y"))),
            "pleas",
            Map.of("budget", "1.5"),
            new ImageSettings(
                Path.of("other.gz"), null, null, null, List.of(0.1f), null, 32, null, null),
            List.of(),
            8L,
            Path.of("elsewhere"),
            null,
            null,
            StorageSettings.NONE);
    MergeSettings all = flags.over(MergeSettings.read(recipe(FULL)));
    MergePlan plan = all.plan();
    assertThat(plan.models()).extracting(NamedPath::name).containsExactly("x", "y");
    assertThat(plan.method()).isEqualTo("pleas");
    assertThat(plan.parameters())
        .isEqualTo(Map.of("budget", "1.5", "heads", "shared", "check-symmetry", "true"));
    assertThat(plan.calibration().path()).isEqualTo(Path.of("other.gz"));
    assertThat(plan.calibration().preprocessing())
        .isEqualTo(new Preprocessing(List.of(0.1f), List.of(0.353f), 32, 0, 0));
    assertThat(plan.seed()).isEqualTo(8);
    assertThat(all.output()).isEqualTo(Path.of("elsewhere"));
    assertThat(plan.evaluations()).hasSize(2);
    assertThat(plan.evaluations().get(0).data().preprocessing().mean()).containsExactly(0.1f);
  }

  @Test
  void plan_ofNothing_hasTheDefaults() {
    MergePlan plan = MergeSettings.NONE.plan();
    assertThat(plan.method()).isEqualTo("pleas");
    assertThat(plan.seed()).isZero();
    assertThat(plan.calibration()).isNull();
  }

  @Test
  void plan_unnamedModels_getUniqueNamesOfTheirFiles() {
    assertThat(names("", "a/my.net 1.safetensors", "", "b/my.net 1.pth", "net", "c", "", "net.npy"))
        .containsExactly("my-net-1", "my-net-1-2", "net", "net-2");
  }

  @Test
  void plan_equalNames_areRefused() {
    assertThatThrownBy(() -> names("a", "x", "a", "y"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("two models are named a; names must be unique");
  }

  @Test
  void plan_nameWithOtherCharacters_isRefused() {
    assertThatThrownBy(() -> names("a b", "x"))
        .hasMessage("model name \"a b\": only letters, digits, - and _ are allowed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          budjet: 1.2                         | line 1: unknown key budjet; known here: calibration, evaluation, labels, method, models, output, output-dtype, output-format, output-shard-size, parameters, seed, statistics
          calibration: {data: x, meen: [1]}   | line 1: unknown key meen in calibration; known here: channels, classes, crop, data, labels, mean, resize, samples, std
          'seed: 1\nbudjet: 1.2\nmethod: x' | line 2: unknown key budjet; known here: calibration, evaluation, labels, method, models, output, output-dtype, output-format, output-shard-size, parameters, seed, statistics
          models: [{name: a}]                 | in models[0].path: a value is missing
          calibration: {data: }               | in calibration.data: a value is missing
          'models: [{path: a}, null]'          | in models[1]: a value is missing
          models: a.safetensors               | in models: expected a list, [ … ]
          models: [a.safetensors]             | in models[0]: expected keys with values, { … }
          seed: many                          | in seed: expected a whole number, found many
          'models: ['                         | not YAML
          parameters: {budget: }              | in parameters.budget: a value is missing
          parameters: {budget: [1, 2]}        | in parameters.budget: expected text or a number
          'seed: 1\\nseed: 2'                 | line 2: not YAML: Duplicate field 'seed'
          ''                                  | the file is empty
          labels: {a: [x, x]}                 | : labels: a: classes 0 and 1 are both named x; names must be unique within a network
          labels: [a]                         | : labels: expected {"NAME": ["CLASS", …], …}, found ["a"]
          evaluation: [{data: x, joint: some}] | in evaluation[0].joint: expected true or false, found some
          """)
  void read_wrongRecipe_saysWhereAndWhat(String text, String expected) throws IOException {
    Path file = recipe(text.replace("\\n", "\n"));
    assertThatThrownBy(() -> MergeSettings.read(file).plan())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("recipe " + file)
        .hasMessageContaining(expected);
  }

  @Test
  void read_missingFile_saysSo() {
    Path file = folder.resolve("none.yaml");
    assertThatThrownBy(() -> MergeSettings.read(file))
        .hasMessage("recipe " + file + ": there is no such file");
  }

  private static List<String> names(String... namesAndPaths) {
    List<NamedPath> models = new java.util.ArrayList<>();
    for (int i = 0; i < namesAndPaths.length; i += 2) {
      models.add(new NamedPath(namesAndPaths[i], Path.of(namesAndPaths[i + 1])));
    }
    return new MergeSettings(
            models,
            null,
            Map.of(),
            ImageSettings.NONE,
            List.of(),
            null,
            null,
            null,
            null,
            StorageSettings.NONE)
        .plan().models().stream().map(NamedPath::name).toList();
  }

  private Path recipe(String text) throws IOException {
    return Files.writeString(folder.resolve("recipe.yaml"), text);
  }
}
