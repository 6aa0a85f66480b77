package dev.pleas.tck;

import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.api.tensor.Shape;
import java.util.List;
import java.util.Map;

class TinyAdapterTest extends ModelAdapterContract {
  static final List<ExampleNetwork> NETWORKS =
      List.of(
          new ExampleNetwork(
              "one layer", TinyAdapter.tensors(3, 10, 4), Map.of(), Shape.of(3, 6, 5)),
          new ExampleNetwork(
              "three layers",
              TinyAdapter.tensors(1, 2, 5, 3, 7),
              Map.of("trained", "no"),
              Shape.of(1, 9, 9)));

  @Override
  protected ModelAdapterProvider provider() {
    return TestProvider.adapter(TinyAdapter::new);
  }

  @Override
  protected List<ExampleNetwork> networks() {
    return NETWORKS;
  }

  @Override
  protected boolean registered() {
    return false;
  }

  @Override
  protected boolean strict() {
    return true;
  }
}
