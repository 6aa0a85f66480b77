package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** What is written comes back: rules format601 to format609. */
abstract class FormatStorageRules extends FormatRules {
  @Test
  void required_format601_keepsTheBitsOfEveryType() {
    Contents contents = new Contents();
    for (DType dtype : dtypes()) {
      List<FloatCase> cases = FloatCase.of(dtype);
      TensorInfo info = new TensorInfo(dtype, Shape.of(cases.size()));
      contents.add("special." + dtype, info, FloatCase.bytes(dtype, cases));
      contents.add("random." + dtype, dtype, 5, 77);
    }
    requireRoundTrip("types", contents);
  }

  @Test
  void required_format602_keepsEveryShape() {
    Contents contents = new Contents();
    int[][] shapes = {
      {},
      {0},
      {1},
      {7},
      {1, 1},
      {0, 3},
      {3, 0, 2},
      {2, 3, 5},
      {3, 1, 1, 4},
      {1, 2, 1, 2, 1, 2, 1, 2}
    };
    for (int[] shape : shapes) {
      contents.add("shape " + Shape.of(shape), dtype(), shape);
    }
    requireRoundTrip("shapes", contents);
  }

  @Test
  void required_format603_keepsEveryName() {
    Contents contents = new Contents();
    List<String> names =
        List.of(
            "layer1.0.conv1.weight",
            "a name with spaces",
            " leading and trailing ",
            "größe.Σ.重み.😀",
            "\"quoted\"",
            "back\\slash",
            "blocks/0/kernel:0",
            "../../outside",
            "{}[],=;#%&'",
            "0",
            "Layer1.0.Conv1.Weight",
            "long." + "x".repeat(300));
    names.forEach(name -> contents.add(name, dtype(), 2));
    requireRoundTrip("names", contents);
  }

  @Test
  void recommended_format604_keepsTheOrder() {
    Contents contents = new Contents();
    for (String name : List.of("z", "b", "conv10", "conv9", "a", "Z")) {
      dtypes().forEach(dtype -> contents.add(name + "." + dtype, dtype, 3));
    }
    try (Checkpoint checkpoint = create().open(written("order", contents, Map.of()))) {
      List<String> expected = List.copyOf(contents.infos().keySet());
      List<String> found = List.copyOf(checkpoint.tensors().keySet());
      recommend(
          found.equals(expected), "expected the tensors in order " + expected + ", found " + found);
    }
  }

  @Test
  void required_format605_keepsAnyNumberOfTensors() {
    for (int count : new int[] {0, 1, 2000}) {
      Contents contents = new Contents();
      for (int i = 0; i < count; i++) {
        contents.add("tensor" + i, dtype(), i % 5);
      }
      requireRoundTrip(count + "-tensors", contents);
    }
  }

  @Test
  void required_format606_keepsTheMetadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("framework", "contract");
    metadata.put("empty", "");
    metadata.put("größe 重み 😀", "Σ \"quoted\" back\\slash");
    metadata.put("lines", "one\ntwo\r\n\tthree\n");
    metadata.put("json", "{\"sources\": [\"a\", \"b\"], \"seed\": 1}");
    metadata.put("long", "0123456789".repeat(10_000));
    for (Map<String, String> each : List.of(metadata, Map.<String, String>of())) {
      Path file = written("metadata" + each.size(), small(), each);
      try (Checkpoint checkpoint = create().open(file)) {
        assertEquals(each, checkpoint.metadata(), "metadata written, and metadata read back");
      }
    }
  }

  @Test
  void required_format607_readConvertsToFloat32() {
    Contents contents = new Contents();
    for (DType dtype : dtypes()) {
      List<FloatCase> cases = FloatCase.of(dtype);
      TensorInfo info = new TensorInfo(dtype, Shape.of(1, cases.size()));
      contents.add(dtype.name(), info, FloatCase.bytes(dtype, cases));
    }
    try (Checkpoint checkpoint = create().open(written("values", contents, Map.of()))) {
      for (DType dtype : dtypes()) {
        List<FloatCase> cases = FloatCase.of(dtype);
        HostTensor found = checkpoint.read(dtype.name());
        assertEquals(Shape.of(1, cases.size()), found.shape(), "shape of a tensor of " + dtype);
        for (int i = 0; i < cases.size(); i++) {
          FloatCase example = cases.get(i);
          assertEquals(
              example.value(),
              found.values()[i],
              () ->
                  String.format(
                      Locale.ROOT,
                      "%s with bits 0x%x as float32",
                      dtype,
                      example.bits() & (-1L >>> (64 - 8 * dtype.bytes()))));
        }
      }
    }
  }

  @Test
  void required_format608_sameArgumentsGiveTheSameBytes() throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>();
    for (int i = 0; i < 20; i++) {
      metadata.put("key" + i, "value" + i);
    }
    List<String> keys = new ArrayList<>(metadata.keySet());
    java.util.Collections.reverse(keys);
    Map<String, String> reversed = new LinkedHashMap<>();
    keys.forEach(key -> reversed.put(key, "value" + key.substring(3)));
    byte[] first = Files.readAllBytes(written("first", small(), metadata));
    byte[] second = Files.readAllBytes(written("second", small(), reversed));
    assertArrayEquals(
        first,
        second,
        "two files written with the same arguments (the metadata in another order, which a map"
            + " does not have)");
  }

  @Test
  void required_format609_refusesTypesItCannotStore() {
    Set<DType> others = EnumSet.allOf(DType.class);
    others.removeAll(dtypes());
    if (others.isEmpty()) {
      throw new TestAbortedException("the format stores every type");
    }
    CheckpointFormat format = writer();
    for (DType other : others) {
      Contents contents = new Contents().add("odd.weight", other, 2);
      Path file = file("type-" + other);
      Throwable thrown =
          assertThrows(
              Throwable.class,
              () -> format.write(file, contents.infos(), contents::stored, Map.of()),
              () -> "dtypes() does not list " + other + ", but it was written");
      requireRefusal(thrown, "odd.weight", "writing a tensor of " + other);
      assertEquals(List.of(), names(folder.resolve("type-" + other)), "files after the refusal");
    }
  }
}
