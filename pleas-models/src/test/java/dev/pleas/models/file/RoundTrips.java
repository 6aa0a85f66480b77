package dev.pleas.models.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What a format writes is what it reads, for tensors and metadata of any kind. */
public abstract class RoundTrips {
  private final CheckpointFormat format;

  /**
   * @param format writes and reads
   */
  protected RoundTrips(CheckpointFormat format) {
    this.format = format;
  }

  /** Returns a tensor of random bits that the format can have. */
  protected abstract StoredTensor content(TensorInfo info, long seed);

  @Property(tries = 200)
  void open_whatWasWritten_givesNamesTypesShapesBytesAndMetadataBack(
      @ForAll("tensors") Map<String, TensorInfo> tensors,
      @ForAll("metadata") Map<String, String> metadata)
      throws IOException {
    Path file = Files.createTempFile("round-trip", ".checkpoint");
    try {
      Map<String, StoredTensor> content = new LinkedHashMap<>();
      tensors.forEach((name, info) -> content.put(name, content(info, name.hashCode())));
      format.write(file, tensors, content::get, metadata);
      try (Checkpoint read = format.open(file)) {
        assertThat(List.copyOf(read.tensors().entrySet()))
            .isEqualTo(List.copyOf(tensors.entrySet()));
        assertThat(read.metadata()).isEqualTo(metadata);
        content.forEach(
            (name, tensor) ->
                assertThat(read.stored(name).bytes()).as(name).isEqualTo(tensor.bytes()));
      }
    } finally {
      Files.delete(file);
    }
  }

  @Provide
  Arbitrary<Map<String, TensorInfo>> tensors() {
    Arbitrary<Shape> shapes =
        Arbitraries.integers().between(0, 5).array(int[].class).ofMaxSize(4).map(Shape::of);
    Arbitrary<TensorInfo> infos =
        Combinators.combine(Arbitraries.of(DType.class), shapes).as(TensorInfo::new);
    return Arbitraries.maps(names(), infos).ofMaxSize(8).map(LinkedHashMap::new);
  }

  @Provide
  Arbitrary<Map<String, String>> metadata() {
    return Arbitraries.maps(names(), names()).ofMaxSize(4);
  }

  private static Arbitrary<String> names() {
    // Lone surrogates are no text and cannot be written.
    return Arbitraries.strings()
        .ofMaxLength(12)
        .filter(s -> StandardCharsets.UTF_8.newEncoder().canEncode(s));
  }
}
