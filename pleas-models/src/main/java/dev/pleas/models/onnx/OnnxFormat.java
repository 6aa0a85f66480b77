package dev.pleas.models.onnx;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.dtype.StoredTensors;
import dev.pleas.models.file.CheckpointFile;
import dev.pleas.models.file.Extent;
import dev.pleas.models.file.FileWindows;
import dev.pleas.models.file.MappedCheckpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads ONNX models as checkpoints: initializers and constants are the tensors, and the network is
 * in the metadata, under {@link #NETWORK}, for {@link OnnxAdapter}. Weights in files beside the
 * model are found there and nowhere else.
 */
final class OnnxFormat implements CheckpointFormat {
  /** The metadata's key of the network, JSON of {@link OnnxNetwork}. */
  static final String NETWORK = "onnx.network";

  /**
   * The metadata's key of the adapter that is to be asked, before any that would go by the names of
   * tensors: what an ONNX model computes, it says.
   */
  private static final String ADAPTER = "pleas.adapter";

  private static final JsonMapper JSON = new JsonMapper();

  /** Longer arrays of whole numbers are no shapes, axes or numbers of positions. */
  private static final int MOST_CONSTANTS = 8192;

  private static final String EXPECTED = "an ONNX model";

  @Override
  public boolean recognizes(Path path) {
    return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(".onnx");
  }

  @Override
  public Checkpoint open(Path path) {
    return CheckpointFile.read(path, EXPECTED, channel -> open(path, channel));
  }

  private static Checkpoint open(Path path, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size > Integer.MAX_VALUE) {
      throw new CheckpointException(
          path
              + ": expected at most "
              + Integer.MAX_VALUE
              + " bytes, as the format allows, found "
              + size
              + ": save the model with external data");
    }
    ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
    OnnxFile file = OnnxFile.read(path, bytes);
    Map<String, TensorInfo> infos = new LinkedHashMap<>();
    file.tensors().forEach((name, tensor) -> infos.put(name, tensor.info()));
    Map<String, FileWindows> outside = outside(path, file);
    Function<String, ByteBuffer> content =
        name -> bytes(Objects.requireNonNull(file.tensors().get(name)), bytes, outside);
    Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
    metadata.put(ADAPTER, OnnxAdapterProvider.ID);
    metadata.put(NETWORK, json(file.network(constants(file, content), numbers(file, content))));
    return new MappedCheckpoint(path, infos, metadata, content);
  }

  private static String json(OnnxNetwork network) {
    try {
      return JSON.writeValueAsString(network);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // records of texts and numbers
    }
  }

  /** Maps the files beside the model that have some of its weights. */
  private static Map<String, FileWindows> outside(Path path, OnnxFile file) {
    Map<String, List<Extent>> extents = new LinkedHashMap<>();
    for (OnnxTensor tensor : file.tensors().values()) {
      if (tensor.location() != null) {
        extents
            .computeIfAbsent(tensor.location(), location -> new ArrayList<>())
            .add(Objects.requireNonNull(tensor.extent()));
      }
    }
    Map<String, FileWindows> windows = new HashMap<>();
    extents.forEach((location, wanted) -> windows.put(location, map(path, location, wanted)));
    return windows;
  }

  private static FileWindows map(Path path, String location, List<Extent> wanted) {
    Path data = beside(path, location);
    return CheckpointFile.read(
        data,
        "the weights of " + path.getFileName(),
        channel -> {
          long end = wanted.stream().mapToLong(Extent::end).max().orElse(0);
          if (end > channel.size()) {
            throw new CheckpointException(
                data
                    + ": expected "
                    + end
                    + " bytes or more, as "
                    + path.getFileName()
                    + " says, found "
                    + channel.size()
                    + ": the file is truncated or another model's; fetch both again");
          }
          return FileWindows.map(channel, wanted);
        });
  }

  /** A model cannot make us read files that are not beside it. */
  private static Path beside(Path path, String location) {
    try {
      Path name = Path.of(location);
      boolean plain = name.getNameCount() == 1 && !name.isAbsolute() && !location.equals("..");
      Path data = path.resolveSibling(name);
      if (plain && (!Files.exists(data) || CheckpointFile.outside(path, data) == null)) {
        return data;
      }
    } catch (InvalidPathException | IOException e) {
      // refused below
    }
    throw new CheckpointException(
        path
            + ": its weights are said to be in \""
            + location
            + "\", expected the name of a file beside it; what lies elsewhere is not read");
  }

  private static ByteBuffer bytes(
      OnnxTensor tensor, ByteBuffer model, Map<String, FileWindows> outside) {
    Extent extent = tensor.extent();
    if (extent == null) {
      return tensor.bytes();
    }
    if (tensor.location() != null) {
      return Objects.requireNonNull(outside.get(tensor.location())).bytes(extent);
    }
    return model.slice((int) extent.begin(), (int) extent.bytes());
  }

  private static Map<String, List<Long>> constants(
      OnnxFile file, Function<String, ByteBuffer> content) {
    Map<String, List<Long>> constants = new LinkedHashMap<>();
    file.tensors()
        .forEach(
            (name, tensor) -> {
              DType dtype = tensor.info().dtype();
              Shape shape = tensor.info().shape();
              long longest = IntStream.of(shape.dims()).max().orElse(1);
              boolean small = longest <= MOST_CONSTANTS && shape.elements() == longest;
              if (small && (dtype == DType.I64 || dtype == DType.I32)) {
                ByteBuffer in = content.apply(name).duplicate().order(ByteOrder.LITTLE_ENDIAN);
                List<Long> numbers = new ArrayList<>();
                while (in.hasRemaining()) {
                  numbers.add(dtype == DType.I64 ? in.getLong() : in.getInt());
                }
                constants.put(name, numbers);
              }
            });
    return constants;
  }

  /** A single weight is such a number, too. */
  private static Map<String, Double> numbers(OnnxFile file, Function<String, ByteBuffer> content) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    file.tensors()
        .forEach(
            (name, tensor) -> {
              TensorInfo info = tensor.info();
              if (info.dtype().isFloating() && info.shape().elements() == 1) {
                StoredTensor stored = new StoredTensor(info, content.apply(name));
                numbers.put(name, (double) StoredTensors.toFloat32(stored).values()[0]);
              }
            });
    return numbers;
  }

  @Override
  public boolean writes() {
    return false;
  }

  @Override
  public void write(
      Path path,
      Map<String, TensorInfo> tensors,
      Function<String, StoredTensor> content,
      Map<String, String> metadata) {
    throw new UnsupportedOperationException(
        "a checkpoint has no network, so none can be written as an ONNX model");
  }

  /** Returns the network of a checkpoint's metadata, or null if it is of no ONNX model. */
  static @Nullable OnnxNetwork network(Map<String, String> metadata) {
    @Nullable String json = metadata.get(NETWORK);
    try {
      return json == null ? null : JSON.readValue(json, OnnxNetwork.class);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          "metadata " + NETWORK + ": damaged: " + e.getOriginalMessage(), e);
    }
  }
}
