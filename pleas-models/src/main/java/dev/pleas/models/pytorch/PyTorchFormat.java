package dev.pleas.models.pytorch;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.models.file.CheckpointFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Recognises, opens and writes state dicts of PyTorch. */
final class PyTorchFormat implements CheckpointFormat {
  private static final List<String> EXTENSIONS = List.of(".pth", ".pt", ".ckpt");
  private static final String HUGGING_FACE_NAME = "pytorch_model.bin";

  /**
   * {@inheritDoc}
   *
   * <p>By its content: a zip archive with a {@code data.pkl} in a folder, or a pickle at the start.
   * By its name: {@code .pth}, {@code .pt}, {@code .ckpt} or {@code pytorch_model.bin}, unless the
   * content is a sound archive of another kind or begins as a safetensors file does.
   */
  @Override
  public boolean recognizes(Path path) {
    boolean named = isNamedAsUsual(path);
    if (!Files.isRegularFile(path)) {
      return named && !Files.exists(path);
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return switch (Layout.Kind.of(channel)) {
        case ARCHIVE -> !ArchiveLayout.folders(ArchiveDirectory.read(path, channel)).isEmpty();
        case PICKLE -> true;
        case JSON_HEADER -> false;
        case UNKNOWN -> named;
      };
    } catch (IOException | CheckpointException e) { // damaged: what it was meant to be must do
      return named;
    }
  }

  private static boolean isNamedAsUsual(Path path) {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    return EXTENSIONS.stream().anyMatch(name::endsWith) || name.equals(HUGGING_FACE_NAME);
  }

  @Override
  public Checkpoint open(Path path) {
    return CheckpointFile.read(
        path,
        "a PyTorch file",
        channel -> StoredStateDict.open(path, channel, layout(path, channel)));
  }

  private static Layout layout(Path path, FileChannel channel) throws IOException {
    return switch (Layout.Kind.of(channel)) {
      case ARCHIVE -> new ArchiveLayout(path, channel);
      case PICKLE -> new LegacyLayout(path, channel);
      case JSON_HEADER, UNKNOWN ->
          throw new CheckpointException(
              path
                  + ": expected a PyTorch file, which begins as a zip archive or a pickle, found another"
                  + " beginning: it is of another program, or the download went wrong");
    };
  }

  /**
   * {@inheritDoc}
   *
   * <p>The file is what {@code torch.save} would make of an ordered dict of these tensors, in the
   * given order; content is asked in that order. Every storage begins at a multiple of 64 bytes.
   */
  @Override
  public void write(
      Path path,
      Map<String, TensorInfo> tensors,
      Function<String, StoredTensor> content,
      Map<String, String> metadata) {
    ArchiveWriter.write(path, tensors, content, metadata);
  }
}
