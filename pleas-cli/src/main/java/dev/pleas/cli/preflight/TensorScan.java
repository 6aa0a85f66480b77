package dev.pleas.cli.preflight;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.cli.session.LoadedModel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/** Reads the tensors of a source that hold parameters, one at a time. */
final class TensorScan {
  private final String source;
  private final Checkpoint checkpoint;
  private final List<Preflight.NonFinite> nonFinite = new ArrayList<>();
  private final List<Preflight.Tied> tied = new ArrayList<>();
  private final Map<Fingerprint, String> seen = new HashMap<>();

  /** Two tensors of one fingerprint are probably the same. */
  private record Fingerprint(TensorInfo info, long checksum) {}

  private TensorScan(String source, Checkpoint checkpoint) {
    this.source = source;
    this.checkpoint = checkpoint;
  }

  static TensorScan of(String source, LoadedModel model) {
    TensorScan scan = new TensorScan(source, model.checkpoint());
    for (String tensor : model.network().layout().tensors(model.graph().parameters()).keySet()) {
      scan.lookForNonFinite(tensor);
      scan.lookForTie(tensor);
    }
    return scan;
  }

  List<Preflight.NonFinite> nonFinite() {
    return nonFinite;
  }

  List<Preflight.Tied> tied() {
    return tied;
  }

  private void lookForNonFinite(String tensor) {
    float[] values = checkpoint.read(tensor).values();
    int first = -1;
    int count = 0;
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        first = first < 0 ? i : first;
        count++;
      }
    }
    if (count > 0) {
      nonFinite.add(
          new Preflight.NonFinite(
              source,
              checkpoint.path().toString(),
              tensor,
              first,
              Float.toString(values[first]),
              count));
    }
  }

  /**
   * Equal bytes of a weight are a tie, unless all elements are one value. Vectors are not looked
   * at: two biases that are added together are the same if they were before the training.
   */
  private void lookForTie(String tensor) {
    StoredTensor stored = checkpoint.stored(tensor);
    ByteBuffer bytes = stored.bytes();
    int size = stored.info().dtype().bytes();
    int rest = bytes.remaining() - size;
    if (stored.info().shape().rank() < 2
        || rest <= 0
        || bytes.slice(0, rest).equals(bytes.slice(size, rest))) {
      return;
    }
    CRC32C checksum = new CRC32C();
    checksum.update(bytes.duplicate());
    String before = seen.putIfAbsent(new Fingerprint(stored.info(), checksum.getValue()), tensor);
    if (before != null && checkpoint.stored(before).bytes().equals(bytes)) {
      tied.add(new Preflight.Tied(source, before, tensor));
    }
  }
}
