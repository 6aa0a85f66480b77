package dev.pleas.models.pytorch;

import dev.pleas.api.error.CheckpointException;
import dev.pleas.models.file.CheckpointFile;
import dev.pleas.models.file.Extent;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The layout before PyTorch 1.6: five pickles (a magic number, the protocol's version, facts of the
 * machine, the object, and a list of storage keys), then the storages in the order of that list,
 * each after its number of elements (8 bytes).
 */
final class LegacyLayout implements Layout {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final int PROTOCOL = 1001;

  private final Path path;
  private final Value root;
  private final Map<String, Extent> places = new HashMap<>();

  /**
   * Reads the pickles, and finds the storages.
   *
   * @throws CheckpointException if any of it is missing, damaged or not what a state dict needs
   */
  LegacyLayout(Path path, FileChannel channel) throws IOException {
    this.path = path;
    long mapped = Math.min(channel.size(), ArchiveLayout.MAX_PICKLE_BYTES);
    PickleInput in = new PickleInput(path, channel.map(FileChannel.MapMode.READ_ONLY, 0, mapped));
    boolean magic =
        Unpickler.load(in).root() instanceof Value.LargeInt number && number.value().equals(MAGIC);
    if (!magic) {
      throw new CheckpointException(
          path
              + ": expected the magic number of PyTorch, found a pickle of another program: save the"
              + " network's state dict with torch.save");
    }
    if (!(Unpickler.load(in).root() instanceof Value.Int version) || version.value() != PROTOCOL) {
      throw in.damaged("a version other than " + PROTOCOL);
    }
    if (Unpickler.load(in).root() instanceof Value.Dict machine
        && machine.get("little_endian") == Value.Plain.FALSE) {
      throw new CheckpointException(
          path
              + ": expected little-endian numbers, found big-endian ones: load the file and save it"
              + " again on a little-endian machine");
    }
    Unpickler.Pickled pickled = Unpickler.load(in);
    this.root = pickled.root();
    if (!(Unpickler.load(in).root() instanceof Value.Items keys)) {
      throw in.damaged("no list of storages after the object");
    }
    placeStorages(channel, in, keys, pickled.storages());
  }

  private void placeStorages(
      FileChannel channel, PickleInput in, Value.Items keys, Map<String, Value.Storage> storages)
      throws IOException {
    long position = in.position();
    for (Value key : keys.values()) {
      Value.@Nullable Storage storage =
          key instanceof Value.Text text ? storages.get(text.text()) : null;
      if (storage == null) {
        throw in.damaged("a storage that the object does not have");
      }
      ByteBuffer count = CheckpointFile.bytes(channel, position, Long.BYTES);
      long begin = position + Long.BYTES;
      long available = channel.size() - begin;
      if (available < 0
          || count.getLong() != storage.elements()
          || storage.elements() > available / storage.type().bytes()) {
        throw new CheckpointException(
            path
                + ": expected "
                + storage.elements()
                + " elements of "
                + storage.type().bytes()
                + " bytes in storage "
                + storage.key()
                + " at byte "
                + position
                + ", found another number, or only "
                + Math.max(0, available)
                + " bytes: the file is truncated or damaged; fetch it again");
      }
      position = begin + storage.elements() * storage.type().bytes();
      places.put(storage.key(), new Extent(begin, position));
    }
  }

  @Override
  public Value root() {
    return root;
  }

  @Override
  public Map<String, String> metadata() {
    return Map.of();
  }

  @Override
  public Extent place(Value.Storage storage) {
    @Nullable Extent place = places.get(storage.key());
    if (place == null) {
      throw new CheckpointException(
          path
              + ": expected storage "
              + storage.key()
              + " in its list of storages, which lacks it: the file is damaged; fetch it again");
    }
    return place;
  }
}
