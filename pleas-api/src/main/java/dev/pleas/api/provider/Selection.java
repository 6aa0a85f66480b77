package dev.pleas.api.provider;

/**
 * A provider that was chosen, and why.
 *
 * @param entry the chosen entry; its provider is there
 * @param provider the entry's provider
 * @param reason why it was chosen, for people; names better ones that could not be used
 * @param <P> the provider interface
 */
public record Selection<P extends Provider<?>>(RegistryEntry<P> entry, P provider, String reason) {}
