package dev.pleas.models.onnx;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.error.ModelException;
import dev.pleas.models.file.FormatFuzzer;
import dev.pleas.models.file.Mutations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damaged ONNX models, through the format and the adapter; see {@link FormatFuzzer}. */
@Timeout(3600)
class OnnxFuzzTest {
  private static final List<byte[]> WORDS =
      Stream.of(
              "Conv",
              "Concat",
              "Reshape",
              "Shape",
              "Softmax",
              "Transpose",
              "Gather",
              "perm",
              "Constant",
              "location",
              "../secret",
              "group",
              "pads",
              "\u0000",
              "\u0001",
              "\u0008\u0001",
              "\u007f",
              "\n\u0000",
              "*\u0002\u0008\u0001")
          .map(word -> word.getBytes(StandardCharsets.ISO_8859_1))
          .toList();

  @TempDir private Path folder;

  @Test
  void open_damagedFiles_areReadOrRefused() throws IOException {
    List<byte[]> models = new ArrayList<>();
    for (String name : List.of("densenet", "views", "gates", "bert-newer", "vit-torchvision")) {
      models.add(Files.readAllBytes(OnnxImportTest.file(name)));
    }
    new FormatFuzzer(OnnxFuzzTest::open, folder)
        .run(
            random -> {
              byte[] model = models.get(random.nextInt(models.size()));
              byte[] other = models.get(random.nextInt(models.size()));
              return new Mutations(random, WORDS).of(model, other);
            });
  }

  /** Asks the adapter, too, what the network is. */
  private static Checkpoint open(Path path) {
    CheckpointFormat format = new OnnxFormat();
    format.recognizes(path);
    Checkpoint checkpoint = format.open(path);
    try {
      new OnnxAdapter().adapt(checkpoint.tensors(), checkpoint.metadata(), null);
    } catch (ModelException e) {
      throw new CheckpointException(path + ": " + e.getMessage(), e);
    }
    return checkpoint;
  }
}
