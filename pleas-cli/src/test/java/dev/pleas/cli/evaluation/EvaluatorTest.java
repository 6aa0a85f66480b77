package dev.pleas.cli.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.cli.labels.NetworkLabels;
import dev.pleas.models.data.LabeledSamples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EvaluatorTest {
  private static final int COUNT = 230; // More than two batches.
  private static final int WIDTH = 3;

  private final SplittableRandom random = new SplittableRandom(1);

  private float[] randoms(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  /** Three heads that overlap in pairs and all three, in an order that is not that of the names. */
  private static Map<String, List<String>> heads() {
    Map<String, List<String>> heads = new LinkedHashMap<>();
    heads.put("z", List.of("cat", "dog", "owl"));
    heads.put("x", List.of("fox", "cat"));
    heads.put("y", List.of("dog", "cat", "elk", "fox"));
    return heads;
  }

  @Test
  void evaluateJointly_threeHeads_agreesWithTheDefinition() {
    Map<String, List<String>> heads = heads();
    List<String> union = List.of("cat", "dog", "owl", "fox", "elk");
    Map<String, HostTensor> weights = new LinkedHashMap<>();
    Map<String, Shape> shapes = new LinkedHashMap<>();
    List<Node> nodes = new ArrayList<>();
    Map<String, String> outputs = new LinkedHashMap<>();
    heads.forEach(
        (name, classes) -> {
          Shape shape = Shape.of(classes.size(), WIDTH);
          shapes.put(name + ".weight", shape);
          weights.put(name + ".weight", HostTensor.wrap(shape, randoms(classes.size() * WIDTH)));
          nodes.add(new Node(name, new Op.Linear(name + ".weight", null), List.of("in")));
          outputs.put(name, name);
        });
    Model model =
        new Model(
            new Graph("heads", Map.of("in", Shape.of(WIDTH)), nodes, outputs, shapes), weights);
    float[] inputs = randoms(COUNT * WIDTH);

    double right = 0;
    Map<String, double[]> tasks = new LinkedHashMap<>();
    heads.keySet().forEach(name -> tasks.put(name, new double[3]));
    for (int i = 0; i < COUNT; i++) {
      String label = union.get(i % union.size());
      Map<String, List<Double>> logits = new LinkedHashMap<>();
      Map<String, String> own = new LinkedHashMap<>();
      for (String head : heads.keySet()) {
        Map<String, Double> row = new LinkedHashMap<>();
        for (int c = 0; c < heads.get(head).size(); c++) {
          double sum = 0;
          for (int k = 0; k < WIDTH; k++) {
            sum +=
                (double) weights.get(head + ".weight").values()[c * WIDTH + k]
                    * inputs[i * WIDTH + k];
          }
          row.put(heads.get(head).get(c), sum);
          logits.computeIfAbsent(heads.get(head).get(c), any -> new ArrayList<>()).add(sum);
        }
        own.put(head, largest(row));
      }
      Map<String, Double> means = new LinkedHashMap<>();
      logits.forEach(
          (name, values) ->
              means.put(name, values.stream().mapToDouble(v -> v).average().orElseThrow()));
      String answer = largest(means);
      right += answer.equals(label) ? 1 : 0;
      for (String head : heads.keySet()) {
        if (heads.get(head).contains(label)) {
          tasks.get(head)[0]++;
          tasks.get(head)[1] += answer.equals(label) ? 1 : 0;
          tasks.get(head)[2] += own.get(head).equals(label) ? 1 : 0;
        }
      }
    }

    Registry registry = Registry.of(EvaluatorTest.class.getClassLoader());
    Score score;
    try (TensorBackend backend =
        registry.select(TensorBackendProvider.class, "ejml").provider().create()) {
      score =
          new Evaluator(backend, Progress.NONE)
              .evaluateJointly(
                  "heads",
                  model,
                  samples(inputs, union),
                  "random",
                  new NetworkLabels(heads, heads));
    }
    assertThat(score.top1()).isEqualTo(right / COUNT).isGreaterThan(0);
    assertThat(score.top5()).as("of five classes").isNull();
    assertThat(score.tasks())
        .containsExactlyElementsOf(
            tasks.entrySet().stream()
                .map(
                    task ->
                        new Score.TaskScore(
                            task.getKey(),
                            (int) task.getValue()[0],
                            task.getValue()[1] / task.getValue()[0],
                            task.getValue()[2] / task.getValue()[0]))
                .toList());
  }

  private static String largest(Map<String, Double> row) {
    return row.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
  }

  private static LabeledSamples samples(float[] inputs, List<String> classes) {
    return new LabeledSamples() {
      @Override
      public boolean labeled() {
        return true;
      }

      @Override
      public int label(int index) {
        return index % classes.size();
      }

      @Override
      public int classes() {
        return classes.size();
      }

      @Override
      public List<String> classNames() {
        return classes;
      }

      @Override
      public int count() {
        return COUNT;
      }

      @Override
      public Shape shape() {
        return Shape.of(WIDTH);
      }

      @Override
      public HostTensor read(int from, int to) {
        return HostTensor.wrap(
            Shape.of(to - from, WIDTH), Arrays.copyOfRange(inputs, from * WIDTH, to * WIDTH));
      }
    };
  }
}
