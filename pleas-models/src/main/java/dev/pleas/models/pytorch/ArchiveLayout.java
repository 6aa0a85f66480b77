package dev.pleas.models.pytorch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.models.file.CheckpointFile;
import dev.pleas.models.file.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The layout since PyTorch 1.6: a zip archive with one folder, in it {@code data.pkl}, a storage in
 * each {@code data/KEY}, {@code version}, newer ones also {@code byteorder}. Metadata are an entry
 * of our own, {@code pleas/metadata.json}, which PyTorch does not look at.
 */
final class ArchiveLayout implements Layout {
  static final String PICKLE = "/data.pkl";
  static final String STORAGES = "/data/";
  static final String BYTE_ORDER = "/byteorder";
  static final String VERSION = "/version";
  static final String METADATA = "/pleas/metadata.json";

  /** The limit of a pickle; some 250 bytes are needed for a tensor. */
  static final int MAX_PICKLE_BYTES = 32 << 20;

  /** What only archives of programs (TorchScript) have. */
  private static final String CONSTANTS = "/constants.pkl";

  private static final String BIG_ENDIAN = "big";

  private final Path path;
  private final FileChannel channel;
  private final ArchiveDirectory directory;
  private final String folder;
  private final Value root;
  private final Map<String, String> metadata;

  /**
   * Reads the directory, the pickle and the metadata.
   *
   * @throws CheckpointException if they are missing, damaged or not what a state dict needs
   */
  ArchiveLayout(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    this.directory = ArchiveDirectory.read(path, channel);
    this.folder = folder();
    refuseBigEndian();
    this.root = Unpickler.load(new PickleInput(path, required(PICKLE))).root();
    this.metadata = readMetadata();
  }

  /** Returns the folders that have a pickle; one in every archive of PyTorch's. */
  static List<String> folders(ArchiveDirectory directory) {
    return directory.names().stream()
        .filter(name -> name.endsWith(PICKLE))
        .map(name -> name.substring(0, name.length() - PICKLE.length()))
        .filter(folder -> !folder.contains("/"))
        .toList();
  }

  private String folder() {
    List<String> folders = folders(directory);
    if (folders.size() != 1) {
      throw new CheckpointException(
          path
              + ": expected a zip archive with one data.pkl, found "
              + folders.size()
              + ": it is no PyTorch file");
    }
    String only = folders.get(0);
    if (directory.names().contains(only + CONSTANTS)) {
      throw new CheckpointException(
          path
              + ": expected a state dict, found a program (TorchScript): save the network's state dict:"
              + " python -c \"import torch; torch.save(torch.jit.load('"
              + path.getFileName()
              + "').state_dict(), 'state-dict.pth')\"");
    }
    return only;
  }

  private void refuseBigEndian() throws IOException {
    @Nullable ByteBuffer order = content(BYTE_ORDER);
    if (order != null && utf8(order).equals(BIG_ENDIAN)) {
      throw new CheckpointException(
          path
              + ": expected little-endian numbers, found big-endian ones: load the file and save it"
              + " again on a little-endian machine");
    }
  }

  private Map<String, String> readMetadata() throws IOException {
    @Nullable ByteBuffer json = content(METADATA);
    if (json == null) {
      return Map.of();
    }
    @Nullable Map<String, @Nullable String> strings = null;
    @Nullable JsonProcessingException cause = null;
    try {
      strings = new ObjectMapper().readValue(utf8(json), new TypeReference<>() {});
    } catch (JsonProcessingException e) {
      cause = e;
    }
    if (strings == null || strings.containsValue(null)) {
      throw new CheckpointException(
          path
              + ": expected a JSON object of strings in "
              + folder
              + METADATA
              + ", found something else: the file is damaged; fetch or write it again",
          cause);
    }
    return new TreeMap<>(strings);
  }

  private static String utf8(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes).toString();
  }

  private ByteBuffer required(String name) throws IOException {
    @Nullable ByteBuffer content = content(name);
    if (content == null) {
      throw new CheckpointException(path + ": has no entry " + folder + name);
    }
    return content;
  }

  /** Returns the bytes of an entry that is read whole, or null if there is no such entry. */
  private @Nullable ByteBuffer content(String name) throws IOException {
    @Nullable Extent extent = directory.find(folder + name);
    if (extent == null) {
      return null;
    }
    if (extent.bytes() > MAX_PICKLE_BYTES) {
      throw new CheckpointException(
          path
              + ": expected at most "
              + MAX_PICKLE_BYTES
              + " bytes in "
              + folder
              + name
              + ", found "
              + extent.bytes()
              + ": save the state dict alone, without what a training run keeps beside it");
    }
    return CheckpointFile.bytes(channel, extent.begin(), (int) extent.bytes());
  }

  @Override
  public Value root() {
    return root;
  }

  @Override
  public Map<String, String> metadata() {
    return metadata;
  }

  @Override
  public Extent place(Value.Storage storage) throws IOException {
    String name = folder + STORAGES + storage.key();
    @Nullable Extent extent = directory.find(name);
    int elementBytes = storage.type().bytes();
    if (extent == null
        || extent.bytes() % elementBytes != 0
        || extent.bytes() / elementBytes != storage.elements()) {
      throw new CheckpointException(
          path
              + ": expected "
              + storage.elements()
              + " elements of "
              + elementBytes
              + " bytes in "
              + name
              + ", found "
              + (extent == null ? "no such entry" : extent.bytes() + " bytes")
              + ": the file is damaged; fetch it again");
    }
    return extent;
  }
}
