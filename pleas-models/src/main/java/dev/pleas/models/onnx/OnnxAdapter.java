package dev.pleas.models.onnx;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.ModelAdapter;
import dev.pleas.api.tensor.Shape;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes graphs of ONNX models by their operators. */
final class OnnxAdapter implements ModelAdapter {
  /** Versions of ONNX's operators whose meaning is known here. */
  static final long OLDEST_OPSET = 9;

  static final long NEWEST_OPSET = 21;

  @Override
  public Adaptation adapt(
      Map<String, TensorInfo> tensors, Map<String, String> metadata, @Nullable Shape input) {
    @Nullable OnnxNetwork network = OnnxFormat.network(metadata);
    if (network == null) {
      return new Adaptation.NotRecognized(
          "no " + OnnxFormat.NETWORK + " in the metadata, which ONNX models have");
    }
    if (network.opset() < OLDEST_OPSET || network.opset() > NEWEST_OPSET) {
      throw new ModelException(
          "ONNX: expected operator set "
              + OLDEST_OPSET
              + " to "
              + NEWEST_OPSET
              + ", found "
              + network.opset()
              + "; convert the model, as with onnx.version_converter.convert_version");
    }
    try {
      return new Import(network, tensors, input).run();
    } catch (ShapeException e) {
      throw new ModelException("ONNX: " + e.getMessage(), e);
    }
  }
}
