package dev.pleas.models.onnx;

import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.CheckpointFormatProvider;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Provider;

/** Provides the ONNX format, which only reads, under the id {@code onnx}. */
public final class OnnxFormatProvider implements CheckpointFormatProvider {
  /** Does nothing; used by {@link java.util.ServiceLoader}. */
  public OnnxFormatProvider() {}

  @Override
  public String id() {
    return "onnx";
  }

  @Override
  public String description() {
    return "ONNX models, read memory-mapped; 'pleas export' writes them";
  }

  @Override
  public int priority() {
    return 80;
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
    return new OnnxFormat();
  }
}
