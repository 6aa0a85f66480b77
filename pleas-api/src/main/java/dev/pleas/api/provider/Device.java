package dev.pleas.api.provider;

/**
 * A device that a provider can run on.
 *
 * @param number what people choose it by, from 0
 * @param description its name and what matters of it, for people
 * @param memoryBytes all of its memory
 */
public record Device(int number, String description, long memoryBytes) {}
