package consumer;

import dev.pleas.api.provider.Provider;

/** A kind of provider that the module of the contracts does not know. */
public interface Greeter extends Provider<String> {}
