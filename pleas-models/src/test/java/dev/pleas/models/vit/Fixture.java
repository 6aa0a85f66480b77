package dev.pleas.models.vit;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.config.ConfigFile;
import dev.pleas.models.safetensors.SafetensorsProvider;
import dev.pleas.tck.ExampleNetwork;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A tiny network of another library, and what that library makes of two images. */
record Fixture(String name) {
  /** All that {@code make_networks.py} makes. */
  static final List<Fixture> ALL =
      List.of(
              "torchvision-vit",
              "torchvision-vit-old-mlp",
              "torchvision-prefixed",
              "timm-vit",
              "timm-vit-avg",
              "timm-vit-avg-cls",
              "timm-vit-scale",
              "timm-vit-no-embed-class",
              "timm-vit-prenorm",
              "timm-vit-headless",
              "timm-deit-distilled",
              "timm-nested",
              "hf-vit-classifier",
              "hf-vit-pooler",
              "hf-vit-no-pooler",
              "hf-vit-tanh-gelu",
              "hf-vit-no-qkv-bias",
              "hf-deit",
              "hf-deit-teacher",
              "hf-dinov2",
              "hf-dinov2-classifier",
              "hf-clip-vision",
              "hf-clip-vision-projection",
              "openai-clip-visual")
          .stream()
          .map(Fixture::new)
          .toList();

  private static Path resource(String name) {
    try {
      return Path.of(Objects.requireNonNull(Fixture.class.getResource(name), name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static Checkpoint open(String file) {
    return new SafetensorsProvider().create().open(resource(file));
  }

  Checkpoint checkpoint() {
    return open(name + ".safetensors");
  }

  /** The input and the expected outputs. */
  Map<String, HostTensor> values() {
    Map<String, HostTensor> values = new LinkedHashMap<>();
    try (Checkpoint io = open(name + "-io.safetensors")) {
      io.tensors().keySet().forEach(tensor -> values.put(tensor, io.read(tensor)));
    }
    return values;
  }

  /** What a program gives to the adapter: config.json where there is one, else the heads. */
  Map<String, String> metadata() {
    URL config = Fixture.class.getResource(name + ".config.json");
    return config == null
        ? Map.of("pleas.heads", "3")
        : ConfigFile.read(resource(name + ".config.json"));
  }

  Shape input() {
    return Objects.requireNonNull(values().get("input")).shape().dropFirst();
  }

  Adaptation.Adapted adapted() {
    try (Checkpoint file = checkpoint()) {
      return (Adaptation.Adapted) new VitAdapter().adapt(file.tensors(), metadata(), input());
    }
  }

  Model model() {
    Adaptation.Adapted adapted = adapted();
    try (Checkpoint file = checkpoint()) {
      return Model.read(adapted.graph(), adapted.layout(), file);
    }
  }

  ExampleNetwork example() {
    try (Checkpoint file = checkpoint()) {
      return new ExampleNetwork(name, file.tensors(), metadata(), input());
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
