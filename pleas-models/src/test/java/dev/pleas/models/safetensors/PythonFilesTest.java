package dev.pleas.models.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.dtype.StoredTensors;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Files of the reference implementation; the expected values are PyTorch's (make_files.py). */
class PythonFilesTest {
  private static Checkpoint open(String name) {
    return new SafetensorsFormat().open(resource(name));
  }

  private static Path resource(String name) {
    try {
      return Path.of(Objects.requireNonNull(PythonFilesTest.class.getResource(name), name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void read_everyType_givesTheBitsOfPyTorchsConversion() throws IOException {
    JsonNode expected = new ObjectMapper().readTree(resource("all-types.json").toFile());
    try (Checkpoint file = open("all-types.safetensors")) {
      assertThat(file.tensors()).hasSize(DType.values().length);
      for (Map.Entry<String, JsonNode> entry : expected.properties()) {
        HostTensor found = file.read(entry.getKey());
        JsonNode bits = entry.getValue().get("bits");
        assertThat(found.values()).as(entry.getKey()).hasSize(bits.size());
        for (int i = 0; i < bits.size(); i++) {
          assertThat(Float.floatToRawIntBits(found.values()[i]))
              .as("%s element %d", entry.getKey(), i)
              .isEqualTo(bits.get(i).intValue());
        }
      }
      assertThat(file.tensors().get("i16").shape()).isEqualTo(Shape.of(2, 2));
    }
  }

  @Test
  void of_floatsOfEveryKind_givesTheBitsOfPyTorchsConversion() {
    try (Checkpoint file = open("rounding.safetensors")) {
      for (DType dtype : new DType[] {DType.F16, DType.BF16}) {
        String suffix = dtype == DType.F16 ? ".f16" : ".bf16";
        StoredTensor small = StoredTensors.of(file.read("small"), dtype, "small");
        assertThat(small.bytes()).isEqualTo(file.stored("small" + suffix).bytes());
        compareOverflowing(file.read("any"), file.stored("any" + suffix));
      }
    }
  }

  /** Values that overflow are refused by us and infinite in PyTorch; NaN may differ in payload. */
  private static void compareOverflowing(HostTensor values, StoredTensor expected) {
    float[] rounded = StoredTensors.toFloat32(expected).values();
    int compared = 0;
    for (int i = 0; i < rounded.length; i++) {
      float value = values.values()[i];
      if (Float.isInfinite(rounded[i]) && !Float.isInfinite(value)) {
        continue;
      }
      HostTensor one = HostTensor.wrap(Shape.of(1), new float[] {value});
      StoredTensor stored = StoredTensors.of(one, expected.info().dtype(), "any");
      assertThat(Float.compare(StoredTensors.toFloat32(stored).values()[0], rounded[i])).isZero();
      compared++;
    }
    assertThat(compared).isGreaterThan(400);
  }

  @Test
  void open_scalarsEmptyTensorsAndUnicode_areRead() {
    try (Checkpoint file = open("odd.safetensors")) {
      assertThat(file.tensors().keySet())
          .containsExactly("empty.2", "empty", "größe \"quoted\"\n", "scalar", "層");
      assertThat(file.read("scalar").shape()).isEqualTo(Shape.of());
      assertThat(file.read("scalar").values()).containsExactly(42.5f);
      assertThat(file.read("empty").values()).isEmpty();
      assertThat(file.read("empty.2").shape()).isEqualTo(Shape.of(3, 0, 2));
      assertThat(file.read("größe \"quoted\"\n").values()).containsExactly(1, 2);
      assertThat(file.read("層").values()).containsExactly(3);
      assertThat(file.metadata())
          .containsOnly(Map.entry("format", "pt"), Map.entry("ключ", "значение\t\"x\""));
    }
  }
}
