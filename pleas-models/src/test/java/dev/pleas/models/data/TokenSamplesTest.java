package dev.pleas.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.DataException;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.dtype.StoredTensors;
import dev.pleas.models.safetensors.SafetensorsProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenSamplesTest {
  private static final Preprocessing NONE = new Preprocessing(List.of(0f), List.of(1f), 0, 0, 0);

  @TempDir private Path folder;
  private final Map<String, TensorInfo> infos = new LinkedHashMap<>();
  private final Map<String, HostTensor> tensors = new LinkedHashMap<>();

  @BeforeEach
  void fourTexts() {
    put("input_ids", DType.I64, Shape.of(4, 3), 5, 6, 7, 8, 9, 0, 1, 0, 0, 30521, 3, 2);
    put("labels", DType.I32, Shape.of(4), 1, 0, 2, 1);
  }

  private void put(String name, DType type, Shape shape, float... values) {
    infos.put(name, new TensorInfo(type, shape));
    tensors.put(name, HostTensor.wrap(shape, values));
  }

  private Path write() {
    Path file = folder.resolve("texts.safetensors");
    new SafetensorsProvider()
        .create()
        .write(
            file,
            infos,
            name ->
                StoredTensors.of(
                    Objects.requireNonNull(tensors.get(name)),
                    Objects.requireNonNull(infos.get(name)).dtype(),
                    name),
            Map.of());
    return file;
  }

  private LabeledSamples open(List<Integer> classes, int limit) {
    return ImageData.open(new DataSpec(write(), null, classes, limit, NONE));
  }

  @Test
  void open_idsAndLabels_areTheSamples() {
    LabeledSamples texts = open(List.of(), 0);

    assertThat(texts.count()).isEqualTo(4);
    assertThat(texts.shape()).isEqualTo(Shape.of(3));
    assertThat(texts.read(1, 3).shape()).isEqualTo(Shape.of(2, 3));
    assertThat(texts.read(1, 3).values()).containsExactly(8, 9, 0, 1, 0, 0);
    assertThat(texts.read(3, 4).values()).containsExactly(30521, 3, 2);
    assertThat(texts.label(2)).isEqualTo(2);
    assertThat(texts.classNames()).containsExactly("0", "1", "2");
  }

  @Test
  void open_classesAndLimit_areThoseTexts() {
    LabeledSamples texts = open(List.of(2, 1), 2);

    assertThat(texts.count()).isEqualTo(2);
    assertThat(texts.read(0, 2).values()).containsExactly(5, 6, 7, 1, 0, 0);
    assertThat(texts.label(0)).isEqualTo(1);
    assertThat(texts.label(1)).isZero();
    assertThat(texts.classNames()).containsExactly("2", "1");
    assertThatThrownBy(() -> open(List.of(9), 0)).hasMessageContaining("no texts of classes [9]");
  }

  @Test
  void open_withoutLabels_hasNone() {
    infos.remove("labels");

    assertThat(open(List.of(), 3).count()).isEqualTo(3);
    assertThat(open(List.of(), 3).labeled()).isFalse();
    assertThat(open(List.of(), 3).classNames()).isEmpty();
    assertThatThrownBy(() -> open(List.of(), 0).label(0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void open_whatAreNoTexts_isRefused() throws IOException {
    put("labels", DType.I32, Shape.of(3), 1, 0, 2);
    assertRefused("labels: expected 4, found 3");
    put("input_ids", DType.F32, Shape.of(4, 3), new float[12]);
    assertRefused("expected texts, whole numbers input_ids [texts, words], found F32 [4, 3]");
    put("input_ids", DType.I64, Shape.of(12), new float[12]);
    assertRefused("found I64 [12]");
    put("input_ids", DType.I64, Shape.of(1, 2), 3, -1);
    assertRefused("input_ids: expected numbers from 0 to 2^24, found -1");
    infos.remove("input_ids");
    assertRefused("found the tensors [labels]");
    Path noFile = Files.writeString(folder.resolve("damaged.safetensors"), "no");
    assertThatThrownBy(() -> ImageData.open(new DataSpec(noFile, null, List.of(), 0, NONE)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("damaged.safetensors");
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> open(List.of(), 0))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("texts.safetensors: ")
        .hasMessageContaining(message);
  }

  @Test
  void open_withWhatIsDoneToImages_isRefused() {
    Path file = write();
    for (Preprocessing done :
        List.of(
            new Preprocessing(List.of(0.5f), List.of(1f), 0, 0, 0),
            new Preprocessing(List.of(0f), List.of(2f), 0, 0, 0),
            new Preprocessing(List.of(0f), List.of(1f), 8, 0, 0),
            new Preprocessing(List.of(0f), List.of(1f), 0, 0, 3))) {
      assertThatThrownBy(() -> ImageData.open(new DataSpec(file, null, List.of(), 0, done)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("these are texts");
    }
    assertThatThrownBy(() -> ImageData.open(new DataSpec(file, file, List.of(), 0, NONE)))
        .hasMessageContaining("a file of texts, which has its own");
  }
}
