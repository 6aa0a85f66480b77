package dev.pleas.models.resnet;

import dev.pleas.api.model.ModelAdapter;
import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Provider;

/** Provides the ResNet adapter under the id {@code resnet}. */
public final class ResNetProvider implements ModelAdapterProvider {
  /** Does nothing; used by {@link java.util.ServiceLoader}. */
  public ResNetProvider() {}

  @Override
  public String id() {
    return "resnet";
  }

  @Override
  public String description() {
    return "ResNets with torchvision's tensor names, of any depth and width";
  }

  @Override
  public int priority() {
    return 100;
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
    return new ResNetAdapter();
  }
}
