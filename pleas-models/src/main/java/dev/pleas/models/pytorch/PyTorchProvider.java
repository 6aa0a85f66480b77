package dev.pleas.models.pytorch;

import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.CheckpointFormatProvider;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Provider;

/** Provides the format of {@code torch.save} under the id {@code pytorch}. */
public final class PyTorchProvider implements CheckpointFormatProvider {
  /** Does nothing; used by {@link java.util.ServiceLoader}. */
  public PyTorchProvider() {}

  @Override
  public String id() {
    return "pytorch";
  }

  @Override
  public String description() {
    return "state dicts of PyTorch (.pth, .pt, .bin, .ckpt), read without running their pickles";
  }

  /** As Hugging Face calls it. */
  @Override
  public String fileName() {
    return "pytorch_model.bin";
  }

  @Override
  public int priority() {
    return 50;
  }

  @Override
  public int apiVersion() {
    return Provider.API_VERSION;
  }

  @Override
  public Availability probe() {
    return new Availability.Available("");
  }

  @Override
  public CheckpointFormat create() {
    return new PyTorchFormat();
  }
}
