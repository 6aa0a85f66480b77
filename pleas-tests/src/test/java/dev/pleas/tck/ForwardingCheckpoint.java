package dev.pleas.tck;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.tensor.HostTensor;
import java.nio.file.Path;
import java.util.Map;

/** Does what another checkpoint does, but for what a subclass breaks. */
class ForwardingCheckpoint implements Checkpoint {
  private final Checkpoint sound;

  ForwardingCheckpoint(Checkpoint sound) {
    this.sound = sound;
  }

  @Override
  public Path path() {
    return sound.path();
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    return sound.tensors();
  }

  @Override
  public Map<String, String> metadata() {
    return sound.metadata();
  }

  @Override
  public HostTensor read(String name) {
    return sound.read(name);
  }

  @Override
  public StoredTensor stored(String name) {
    return sound.stored(name);
  }

  @Override
  public void close() {
    sound.close();
  }
}
