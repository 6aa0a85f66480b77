package dev.pleas.api.merge;

/**
 * A setting of a merge method.
 *
 * @param name {@code [a-z][a-z0-9-]*}
 * @param defaultValue as text; what is used when the setting is not given
 * @param description for people: meaning and allowed values
 */
public record MethodParameter(String name, String defaultValue, String description) {}
