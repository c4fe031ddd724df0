-- Everyday names of units and of their people (城管, 派出所, 校长): an accusation is kept away from the bureau it names.
CREATE TABLE unit_names (
    word   text PRIMARY KEY,
    bureau text NOT NULL REFERENCES bureaus,    -- of a county's unit: the municipal bureau above it
    source text NOT NULL
);
