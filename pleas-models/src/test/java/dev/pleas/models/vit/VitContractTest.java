package dev.pleas.models.vit;

import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.tck.ExampleNetwork;
import dev.pleas.tck.ModelAdapterContract;
import java.util.List;

class VitContractTest extends ModelAdapterContract {
  @Override
  protected ModelAdapterProvider provider() {
    return new VitProvider();
  }

  @Override
  protected boolean strict() {
    return true;
  }

  @Override
  protected List<ExampleNetwork> networks() {
    return Fixture.ALL.stream().map(Fixture::example).toList();
  }
}
