package dev.pleas.models.onnx;

import dev.pleas.api.checkpoint.CheckpointFormatProvider;
import dev.pleas.tck.CheckpointFormatContract;

/** Of a format that only reads; what it reads is in {@link OnnxImportTest}. */
class OnnxFormatContractTest extends CheckpointFormatContract {
  @Override
  protected CheckpointFormatProvider provider() {
    return new OnnxFormatProvider();
  }

  @Override
  protected boolean strict() {
    return true;
  }
}
