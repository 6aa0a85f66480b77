package dev.pleas.models.vit;

import dev.pleas.api.model.ModelAdapter;
import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Provider;

/** Offers the adapter of vision transformers. */
public final class VitProvider implements ModelAdapterProvider {
  @Override
  public String id() {
    return "vit";
  }

  @Override
  public String description() {
    return "vision transformers with the tensor names of torchvision, timm, Hugging Face and CLIP";
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
    return new VitAdapter();
  }
}
