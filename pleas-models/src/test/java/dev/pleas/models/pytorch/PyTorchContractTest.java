package dev.pleas.models.pytorch;

import dev.pleas.api.checkpoint.CheckpointFormatProvider;
import dev.pleas.tck.CheckpointFormatContract;

class PyTorchContractTest extends CheckpointFormatContract {
  @Override
  protected CheckpointFormatProvider provider() {
    return new PyTorchProvider();
  }

  @Override
  protected boolean strict() {
    return true;
  }
}
