package dev.pleas.cpu.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A vision transformer of one block against PyTorch; torch_encoder.py says of what it is made. */
public abstract class EncoderTests extends BackendTest {
  private static final int WIDTH = 15;
  private static final int TOKENS = 7;

  private static Map<String, HostTensor> read() throws IOException {
    Map<String, HostTensor> tensors = new HashMap<>();
    try (InputStream in =
        Objects.requireNonNull(EncoderTests.class.getResourceAsStream("torch_encoder.txt"))) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        String[] words = line.split(" ", -1);
        Shape shape =
            Shape.of(Arrays.stream(words[1].split("x")).mapToInt(Integer::parseInt).toArray());
        float divisor = Float.parseFloat(words[2]);
        float[] values = new float[words.length - 3];
        for (int i = 0; i < values.length; i++) {
          values[i] = Float.parseFloat(words[i + 3]) / divisor;
        }
        tensors.put(words[0], HostTensor.wrap(shape, values));
      }
    }
    return tensors;
  }

  /** The parameters as a graph has them: channels first, and a layer each for q, k and v. */
  private static Map<String, HostTensor> parameters(Map<String, HostTensor> torch) {
    Map<String, HostTensor> parameters = new HashMap<>(torch);
    parameters.keySet().removeIf(name -> name.matches("image|.*-.*|.*in_proj.*"));
    parameters.put("class_token", host(torch.get("class_token").values(), WIDTH, 1));
    HostTensor position = torch.get("position");
    parameters.put("position", host(transposed(position.values(), 0, TOKENS), WIDTH, TOKENS));
    float[] weight = torch.get("attention.in_proj_weight").values();
    float[] bias = torch.get("attention.in_proj_bias").values();
    for (int i = 0; i < 3; i++) {
      String name = List.of("query", "key", "value").get(i);
      int from = i * WIDTH;
      float[] rows = Arrays.copyOfRange(weight, from * WIDTH, (from + WIDTH) * WIDTH);
      parameters.put(name + ".weight", host(rows, WIDTH, WIDTH));
      parameters.put(name + ".bias", host(Arrays.copyOfRange(bias, from, from + WIDTH), WIDTH));
    }
    return parameters;
  }

  /** A sample's [T, C] as [C, T]. */
  private static float[] transposed(float[] tokens, int sample, int count) {
    float[] channels = new float[WIDTH * count];
    for (int t = 0; t < count; t++) {
      for (int c = 0; c < WIDTH; c++) {
        channels[c * count + t] = tokens[(sample * count + t) * WIDTH + c];
      }
    }
    return channels;
  }

  private static Graph graph(Op.Gelu.Form form, Map<String, HostTensor> parameters) {
    Map<String, Shape> shapes = new HashMap<>();
    parameters.forEach((name, value) -> shapes.put(name, value.shape()));
    return new Graph(
        "encoder",
        Map.of("image", Shape.of(3, 6, 9)),
        List.of(
            node(
                "patch",
                new Op.Conv2d("patch.weight", "patch.bias", Window.square(3, 3, 0), 1),
                "image"),
            node("flat", new Op.Flatten(), "patch"),
            node("with class", new Op.Prepend("class_token"), "flat"),
            node("stream", new Op.AddParameter("position"), "with class"),
            norm("norm1", 1e-6, "stream"),
            linear("query", "norm1"),
            linear("key", "norm1"),
            linear("value", "norm1"),
            node("attention", new Op.Attention(3, 1 / Math.sqrt(5)), "query", "key", "value"),
            linear("attention.out_proj", "attention"),
            node("scaled", new Op.Scale("scale1"), "attention.out_proj"),
            node("attended", new Op.Add(), "stream", "scaled"),
            norm("norm2", 1e-6, "attended"),
            linear("up", "norm2"),
            node("gelu", new Op.Gelu(form), "up"),
            linear("down", "gelu"),
            node("block", new Op.Add(), "attended", "down"),
            norm("norm", 1e-5, "block"),
            node("class", new Op.SlicePositions(0, 1), "norm"),
            node("pool", new Op.GlobalAveragePool(), "class"),
            linear("head", "pool")),
        Map.of("tokens", "norm", "logits", "head"),
        shapes);
  }

  private static Node node(String name, Op op, String... inputs) {
    return new Node(name, op, List.of(inputs));
  }

  private static Node norm(String name, double epsilon, String input) {
    return node(name, new Op.LayerNorm(name + ".weight", name + ".bias", epsilon), input);
  }

  private static Node linear(String name, String input) {
    return node(name, new Op.Linear(name + ".weight", name + ".bias"), input);
  }

  @Test
  void compile_transformer_givesPyTorchsOutputs() throws IOException {
    Map<String, HostTensor> torch = read();
    Map<String, HostTensor> parameters = parameters(torch);
    for (Op.Gelu.Form form : Op.Gelu.Form.values()) {
      String suffix = "-" + form.name().toLowerCase(Locale.ROOT);
      try (CompiledGraph compiled = backend.compile(graph(form, parameters), parameters)) {
        Tensor image = scope.tensor(torch.get("image"));
        Map<String, Tensor> outputs = compiled.run(scope, Map.of("image", image));

        float[] tokens = torch.get("tokens" + suffix).values();
        assertThat(outputs.get("tokens").shape()).isEqualTo(Shape.of(2, WIDTH, TOKENS));
        float[] found = values(outputs.get("tokens"));
        for (int n = 0; n < 2; n++) {
          int from = n * WIDTH * TOKENS;
          float[] sample = Arrays.copyOfRange(found, from, from + WIDTH * TOKENS);
          assertClose("tokens" + suffix, sample, transposed(tokens, n, TOKENS));
        }
        assertThat(outputs.get("logits").shape()).isEqualTo(Shape.of(2, 4));
        assertClose(
            "logits" + suffix,
            values(outputs.get("logits")),
            torch.get("logits" + suffix).values());
      }
    }
  }

  private static void assertClose(String what, float[] found, float[] expected) {
    // A dozen float32 operations deep, each of a few roundings of 6e-8; the forms of GELU are 7e-5
    // apart.
    double largest = 0;
    double apart = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      apart = Math.max(apart, Math.abs(found[i] - expected[i]));
    }
    assertThat(apart / largest).as(what).isLessThan(1e-5);
  }
}
