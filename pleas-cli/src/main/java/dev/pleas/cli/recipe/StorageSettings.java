package dev.pleas.cli.recipe;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.tensor.DType;
import dev.pleas.models.checkpoint.CheckpointOutput;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What was said of how a checkpoint is to be written; null where nothing was.
 *
 * @param format id of a checkpoint format
 * @param dtype the type of all floating-point tensors
 * @param shardBytes the most bytes of tensors in one file
 */
public record StorageSettings(
    @Nullable String format, @Nullable DType dtype, @Nullable Long shardBytes) {
  /** The format when none is named. */
  public static final String DEFAULT_FORMAT = "safetensors";

  /** Nothing was said: safetensors, in the sources' types, in one file. */
  public static final StorageSettings NONE = new StorageSettings(null, null, null);

  /** A format that is written for other programs to run, not as a checkpoint. */
  private static final String ONNX = "onnx";

  private static final Map<String, DType> DTYPES = new LinkedHashMap<>();
  private static final Map<String, Long> UNITS =
      Map.of(
          "",
          1L,
          "B",
          1L,
          "KB",
          1_000L,
          "MB",
          1_000_000L,
          "GB",
          1_000_000_000L,
          "TB",
          1_000_000_000_000L,
          "KiB",
          1L << 10,
          "MiB",
          1L << 20,
          "GiB",
          1L << 30,
          "TiB",
          1L << 40);
  private static final Pattern SIZE = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,9})?) ?([A-Za-z]*)");

  static {
    DTYPES.put("float32", DType.F32);
    DTYPES.put("float16", DType.F16);
    DTYPES.put("bfloat16", DType.BF16);
    DTYPES.put("float64", DType.F64);
  }

  /**
   * Returns what a recipe says.
   *
   * @throws ConfigurationException if a type or size is none, naming the file
   */
  static StorageSettings of(Recipe recipe, Path file) {
    String dtype = recipe.outputDtype();
    String size = recipe.outputShardSize();
    try {
      return new StorageSettings(
          recipe.outputFormat(),
          dtype == null ? null : dtype(dtype),
          size == null ? null : bytes(size));
    } catch (ConfigurationException e) {
      throw new ConfigurationException("recipe " + file + ": output: " + e.getMessage(), e);
    }
  }

  /**
   * Reads the name of a floating-point type.
   *
   * @throws ConfigurationException if it is none
   */
  public static DType dtype(String name) {
    @Nullable DType dtype = DTYPES.get(name.strip());
    if (dtype == null) {
      throw new ConfigurationException(
          "expected one of " + String.join(", ", DTYPES.keySet()) + ", found \"" + name + "\"");
    }
    return dtype;
  }

  /**
   * Reads a size: {@code 5GB} is 5·10⁹ bytes, as Hugging Face counts, {@code 5GiB} 5·2³⁰.
   *
   * @throws ConfigurationException if it is none, or less than a byte
   */
  public static long bytes(String size) {
    Matcher parts = SIZE.matcher(size.strip());
    @Nullable Long unit = parts.matches() ? UNITS.get(parts.group(2)) : null;
    if (unit != null) {
      BigDecimal bytes = new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(unit));
      if (bytes.signum() > 0 && bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0) {
        return Math.max(1, bytes.longValue());
      }
    }
    throw new ConfigurationException(
        "expected a size such as 5GB, 500MB or 2GiB, found \"" + size + "\"");
  }

  /** Returns these settings, and those of {@code base} where these say nothing. */
  public StorageSettings over(StorageSettings base) {
    return new StorageSettings(
        format != null ? format : base.format,
        dtype != null ? dtype : base.dtype,
        shardBytes != null ? shardBytes : base.shardBytes);
  }

  /** Returns whether a network is to be written as an ONNX model, too. */
  public boolean onnx() {
    return ONNX.equals(format);
  }

  /**
   * Returns how checkpoints are written so: where an ONNX model is wanted, as usual beside it.
   *
   * @throws dev.pleas.api.error.PleasException if the format is unknown, cannot be used here, or
   *     only reads
   */
  public CheckpointOutput output(Registry registry) {
    return CheckpointOutput.of(
        registry,
        format == null || onnx() ? DEFAULT_FORMAT : format,
        Objects.requireNonNullElse(shardBytes, Long.MAX_VALUE));
  }
}
