package dev.pleas.models.onnx;

import dev.pleas.api.model.ModelAdapter;
import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Provider;

/** Provides the adapter of ONNX models under the id {@code onnx}. */
public final class OnnxAdapterProvider implements ModelAdapterProvider {
  static final String ID = "onnx";

  /** Does nothing; used by {@link java.util.ServiceLoader}. */
  public OnnxAdapterProvider() {}

  @Override
  public String id() {
    return ID;
  }

  @Override
  public String description() {
    return "networks given as ONNX models, by their operators, whatever they are called";
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
  public ModelAdapter create() {
    return new OnnxAdapter();
  }
}
