package dev.pleas.models.pytorch;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.models.file.Extent;
import dev.pleas.models.file.FileWindows;
import dev.pleas.models.file.MappedCheckpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The tensors of a state dict and where they are in its file. */
final class StoredStateDict {
  private final Path path;
  private final Map<String, StoredView> views = new LinkedHashMap<>();
  private final FileWindows windows;

  private StoredStateDict(Path path, FileChannel channel, Layout layout) throws IOException {
    this.path = path;
    Map<String, Extent> places = new HashMap<>();
    for (Map.Entry<String, Value.Tensor> entry : StateDict.find(path, layout.root()).entrySet()) {
      Value.Storage storage = entry.getValue().storage();
      Extent place = places.get(storage.key());
      if (place == null) {
        place = layout.place(storage);
        places.put(storage.key(), place);
      }
      views.put(entry.getKey(), StoredView.of(path, entry.getKey(), entry.getValue(), place));
    }
    refuseOverlaps(places);
    this.windows =
        FileWindows.map(channel, views.values().stream().map(StoredView::extent).toList());
  }

  /**
   * Finds the state dict in a file and opens it.
   *
   * @throws CheckpointException if there is none, or a tensor is not supported or not in the file
   */
  static Checkpoint open(Path path, FileChannel channel, Layout layout) throws IOException {
    StoredStateDict dict = new StoredStateDict(path, channel, layout);
    Map<String, TensorInfo> infos = new LinkedHashMap<>();
    dict.views.forEach((name, view) -> infos.put(name, view.info()));
    return new MappedCheckpoint(path, infos, layout.metadata(), dict::bytes);
  }

  /** Storages are apart from each other; tensors that share places share a storage. */
  private void refuseOverlaps(Map<String, Extent> places) {
    List<Map.Entry<String, Extent>> sorted =
        places.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Extent.IN_FILE_ORDER))
            .toList();
    for (int i = 1; i < sorted.size(); i++) {
      if (sorted.get(i).getValue().begin() < sorted.get(i - 1).getValue().end()) {
        throw new CheckpointException(
            path
                + ": expected storages apart from each other, found "
                + sorted.get(i - 1).getKey()
                + " and "
                + sorted.get(i).getKey()
                + " in the same place: the file is damaged or was written by a faulty program; fetch"
                + " or write it again");
      }
    }
  }

  private ByteBuffer bytes(String name) {
    StoredView view = Objects.requireNonNull(views.get(name));
    if (!view.extent().fitsABuffer()) {
      throw new CheckpointException(
          path
              + ": tensor "
              + name
              + ": expected elements within "
              + Integer.MAX_VALUE
              + " bytes, found them spread over "
              + view.extent().bytes()
              + ": save its contiguous()");
    }
    return view.rowMajor(windows.bytes(view.extent()));
  }
}
