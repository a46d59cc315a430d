-- modelc:data the scene settings lose their old prefix
UPDATE public.system_settings SET key = replace(key, 'gltf_production_', 'scene_')
    WHERE key LIKE 'gltf\_production\_%';
--------
-- modelc:data the scene settings get their old prefix back
UPDATE public.system_settings SET key = replace(key, 'scene_', 'gltf_production_')
    WHERE key LIKE 'scene\_%';
