package dev.pleas.models.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** On models of libraries, as PyTorch wrote them (make_transformers.py), against ONNX Runtime. */
class OnnxTransformerTest {
  private static final double TOLERANCE = 1e-5;
  private static final int WORDS = 30;

  private static Model model(String name, int words) {
    try (Checkpoint checkpoint = new OnnxFormat().open(OnnxImportTest.file(name))) {
      Adaptation.Adapted network =
          (Adaptation.Adapted)
              new OnnxAdapter()
                  .adapt(
                      checkpoint.tensors(),
                      checkpoint.metadata(),
                      words == 0 ? null : Shape.of(words));
      // Every weight is read, and what is written is what was read.
      Model model = Model.read(network.graph(), network.layout(), checkpoint);
      network
          .layout()
          .tensors(network.graph().parameters())
          .forEach(
              (tensor, shape) ->
                  assertThat(network.layout().pack(tensor, model::parameter).values())
                      .as(tensor)
                      .isEqualTo(checkpoint.read(tensor).values()));
      assertThat(network.passengers()).noneMatch(passenger -> passenger.endsWith("weight"));
      return model;
    }
  }

  private static Map<String, Plain> outputs(Model model, HostTensor input) {
    Map<String, Plain> values =
        PlainNetwork.values(
            model.graph(), model.parameters(), Map.of(model.graph().onlyInput(), Plain.of(input)));
    Map<String, Plain> outputs = new LinkedHashMap<>();
    model.graph().outputs().forEach((output, value) -> outputs.put(output, values.get(value)));
    return outputs;
  }

  @ParameterizedTest
  @ValueSource(strings = {"vit-torchvision", "vit-timm", "vit-timm-newer", "deit-huggingface"})
  void adapt_visionTransformer_computesWhatOnnxRuntimeDoes(String name) {
    Model model = model(name, 0);
    Map<String, HostTensor> images = OnnxRuntime.images(model, 3, 5);

    OnnxRuntime.compare(
        outputs(model, images.get("image")),
        OnnxRuntime.run(OnnxImportTest.file(name), images),
        TOLERANCE);
  }

  /** Class tokens, position embedding, layer scale: nothing is left out, nothing written out. */
  @ParameterizedTest
  @CsvSource({
    "vit-torchvision, 2, 1, 13",
    "vit-timm, 2, 1, 13",
    "vit-timm-newer, 2, 1, 13",
    "deit-huggingface, 1, 2, 7"
  })
  void adapt_visionTransformer_hasTheOperationsOfOne(
      String name, int layers, int tokens, int linear) {
    Model model = model(name, 0);

    assertThat(count(model, Op.Attention.class)).isEqualTo(layers);
    assertThat(count(model, Op.Gelu.class)).isEqualTo(layers);
    assertThat(count(model, Op.LayerNorm.class)).isEqualTo(2L * layers + 1);
    assertThat(count(model, Op.Linear.class)).isEqualTo(linear);
    assertThat(count(model, Op.Prepend.class)).isEqualTo(tokens);
    assertThat(count(model, Op.AddParameter.class)).isEqualTo(1);
    assertThat(count(model, Op.Add.class)).isEqualTo(2L * layers);
    assertThat(count(model, Op.Scale.class)).isEqualTo(name.contains("timm") ? 2L * layers : 0);
  }

  private static long count(Model model, Class<? extends Op> op) {
    return model.graph().nodes().stream().filter(node -> op.isInstance(node.op())).count();
  }

  @ParameterizedTest
  @CsvSource({"bert, 9", "bert, 1", "bert, 16", "bert-newer, 9", "distilbert, 9", "distilbert, 3"})
  void adapt_textEncoder_computesWhatOnnxRuntimeDoesOnTextsOfAnyLength(String name, int length) {
    Model model = model(name, length);
    HostTensor ids = texts(4, length);
    Map<String, HostTensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", ids);
    inputs.put("attention_mask", map(ids, id -> id == 0 ? 0 : 1));
    if (name.startsWith("bert")) {
      inputs.put("token_type_ids", map(ids, id -> 0));
    }

    OnnxRuntime.compare(
        outputs(model, ids), OnnxRuntime.run(OnnxImportTest.file(name), inputs), TOLERANCE);
  }

  /** Text n has n words less than the first, if that leaves any. */
  private static HostTensor texts(int count, int length) {
    SplittableRandom random = new SplittableRandom(7);
    float[] ids = new float[count * length];
    for (int i = 0; i < ids.length; i++) {
      boolean there = i % length < Math.max(1, length - i / length);
      ids[i] = there ? random.nextInt(1, WORDS) : 0;
    }
    return HostTensor.wrap(Shape.of(count, length), ids);
  }

  private interface Function {
    float of(float value);
  }

  private static HostTensor map(HostTensor tensor, Function function) {
    float[] values = tensor.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = function.of(values[i]);
    }
    return HostTensor.wrap(tensor.shape(), values);
  }

  @Test
  void adapt_textEncoder_hasAllPlacesWhateverTheLength() {
    assertThat(model("bert", 9).graph().parameters())
        .isEqualTo(model("bert", 16).graph().parameters())
        .containsValue(Shape.of(12, 16));
    // Without data it takes as many words as it has places for.
    assertThat(model("bert", 0).graph().inputs()).containsValue(Shape.of(16));
  }

  @Test
  void adapt_moreWordsThanPlaces_isRefused() {
    assertThatThrownBy(() -> model("bert", 17))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("ONNX: ");
  }

  @Test
  void adapt_modelForTextsOfOneLength_takesNoOther() {
    try (Checkpoint checkpoint = new OnnxFormat().open(OnnxImportTest.file("distilbert"))) {
      Map<String, String> metadata = new LinkedHashMap<>(checkpoint.metadata());
      metadata.computeIfPresent(
          OnnxFormat.NETWORK, (key, json) -> json.replace("\"dims\":[-1,-1]", "\"dims\":[1,7]"));
      assertThat(metadata).isNotEqualTo(checkpoint.metadata());
      assertThatThrownBy(() -> new OnnxAdapter().adapt(checkpoint.tensors(), metadata, Shape.of(9)))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("expected texts of 7 words, as the model was saved for, found 9");
    }
  }

  /** What is written is a model of texts, too: whole numbers in, channels last. */
  @ParameterizedTest
  @ValueSource(strings = {"bert", "distilbert"})
  void write_textEncoder_computesTheSameInOnnxRuntime(String name) {
    Model model = model(name, 9);
    HostTensor ids = texts(4, 9);

    OnnxRuntime.compare(
        outputs(model, ids), OnnxRuntime.run(model, Map.of("input_ids", ids)), TOLERANCE);
  }
}
