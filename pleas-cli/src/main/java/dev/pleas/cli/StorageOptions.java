package dev.pleas.cli;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.tensor.DType;
import dev.pleas.cli.recipe.StorageSettings;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How a command writes a checkpoint. */
final class StorageOptions {
  @Option(
      names = "--format",
      paramLabel = "ID",
      description =
          "The format to write; onnx: a model.onnx beside the checkpoint, for others to run."
              + " (default: "
              + StorageSettings.DEFAULT_FORMAT
              + ")")
  private @Nullable String format;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      converter = Type.class,
      description = {
        "float32, float16, bfloat16 or float64: the type to write. Integers keep theirs.",
        "(default: as it was; of merged networks the widest of the sources')"
      })
  private @Nullable DType dtype;

  @Option(
      names = "--shard-size",
      paramLabel = "SIZE",
      converter = Size.class,
      description =
          "Writes several files and an index where the tensors take more, such as 5GB or 500MiB.")
  private @Nullable Long shardBytes;

  /** Returns what was said. */
  StorageSettings settings() {
    return new StorageSettings(format, dtype, shardBytes);
  }

  /** Reads a type. */
  static final class Type implements ITypeConverter<DType> {
    @Override
    public DType convert(String text) {
      return converted(StorageSettings::dtype, text);
    }
  }

  /** Reads a size. */
  static final class Size implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      return converted(StorageSettings::bytes, text);
    }
  }

  private static <T> T converted(Function<String, T> reader, String text) {
    try {
      return reader.apply(text);
    } catch (ConfigurationException e) {
      throw new TypeConversionException(String.valueOf(e.getMessage()));
    }
  }
}
