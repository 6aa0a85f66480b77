package consumer;

import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Provider;

/** Says hello. */
public final class Hello implements Greeter {
  @Override
  public String id() {
    return "hello";
  }

  @Override
  public String description() {
    return "says hello";
  }

  @Override
  public int priority() {
    return 0;
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
  public String create() {
    return "hello";
  }
}
