package dev.pleas.models.safetensors;

import dev.pleas.api.checkpoint.CheckpointFormatProvider;
import dev.pleas.tck.CheckpointFormatContract;

class SafetensorsContractTest extends CheckpointFormatContract {
  @Override
  protected CheckpointFormatProvider provider() {
    return new SafetensorsProvider();
  }

  @Override
  protected boolean strict() {
    return true;
  }
}
